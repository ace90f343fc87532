// SPDX-License-Identifier: GPL-2.0
/*
 * slicetrace.c - how long given threads run on one CPU, and how long they wait
 *
 * Records the CPU's context switches and, on all CPUs (sched_wakeup happens on
 * the one that wakes), the threads' wake-ups.  A slice is the time from a
 * thread's switch-in to its switch-out.  Only slices that somebody else ended
 * are called so: where the thread went to sleep its time is listed apart.
 */
#include <err.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "ring.h"
#include "timeline.h"
#include "tracepoint.h"

/*
 * A thread that could have gone on has none of the state bits that the trace
 * knows in prev_state (TASK_REPORT_MAX, above them, says "preempted").
 */
#define STATE_BITS	0xff

/* For wake-ups on one CPU; they are far fewer than context switches. */
#define WAKE_RING	(1024 * 1024)

/* What it takes until the last tracepoint that was enabled is in effect. */
#define SETTLE_MS	20

struct log {
	struct timeline_event *events;
	size_t n;
	size_t room;
};

/* A ring with what is needed to read its records. */
struct source {
	struct ring ring;
	enum timeline_kind kind;
	struct log *log;
};

static struct {
	struct trace_field prev_pid;
	struct trace_field prev_state;
	struct trace_field next_pid;
	struct trace_field waking_pid;
	struct trace_field wakeup_pid;
} fields;

static volatile sig_atomic_t stopped;

static void on_signal(int signal)
{
	stopped = signal;
}

static void record(void *arg, const struct ring *ring, uint64_t time,
		   const void *raw, size_t size)
{
	struct source *source = arg;
	struct log *log = source->log;
	struct timeline_event event = { .time = time, .kind = source->kind };

	(void)ring;
	switch (source->kind) {
	case TIMELINE_SWITCH:
		event.prev = trace_value(raw, size, fields.prev_pid);
		event.next = trace_value(raw, size, fields.next_pid);
		event.preempted = !(trace_value(raw, size, fields.prev_state) & STATE_BITS);
		break;
	case TIMELINE_WAKING:
		event.next = trace_value(raw, size, fields.waking_pid);
		break;
	case TIMELINE_WAKEUP:
		event.next = trace_value(raw, size, fields.wakeup_pid);
		break;
	}

	if (log->n == log->room) {
		log->room = log->room ? log->room * 2 : 65536;
		log->events = reallocarray(log->events, log->room, sizeof(event));
		if (!log->events)
			err(1, "reallocarray");
	}
	log->events[log->n++] = event;
}

static void find_fields(void)
{
	fields.prev_pid = tracepoint_field("sched:sched_switch", "prev_pid");
	fields.prev_state = tracepoint_field("sched:sched_switch", "prev_state");
	fields.next_pid = tracepoint_field("sched:sched_switch", "next_pid");
	fields.waking_pid = tracepoint_field("sched:sched_waking", "pid");
	fields.wakeup_pid = tracepoint_field("sched:sched_wakeup", "pid");
}

/* "pid == 1 || pid == 2", so that others' wake-ups take no room. */
static char *wake_filter(const struct timeline *t)
{
	char *filter = NULL;
	size_t size, i;
	FILE *f = open_memstream(&filter, &size);

	if (!f)
		err(1, "open_memstream");
	for (i = 0; i < t->nr_threads; i++)
		fprintf(f, "%spid == %d", i ? " || " : "", t->threads[i].tid);
	fclose(f);
	return filter;
}

/* The CPU's switches are one source; wake-ups on each CPU are others. */
static struct source *open_sources(const struct timeline *t, unsigned int cpu,
				   size_t bytes, struct log *log, size_t *n)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN), i;
	uint64_t waking = tracepoint_id("sched:sched_waking");
	uint64_t wakeup = tracepoint_id("sched:sched_wakeup");
	struct source *sources = calloc(1 + 2 * cpus, sizeof(*sources));
	char *filter = wake_filter(t);

	if (!sources)
		err(1, "calloc");
	sources[0].kind = TIMELINE_SWITCH;
	ring_open(&sources[0].ring, tracepoint_id("sched:sched_switch"), cpu, bytes, NULL);
	for (i = 0; i < cpus; i++) {
		sources[1 + 2 * i].kind = TIMELINE_WAKING;
		ring_open(&sources[1 + 2 * i].ring, waking, i, WAKE_RING, filter);
		sources[2 + 2 * i].kind = TIMELINE_WAKEUP;
		ring_open(&sources[2 + 2 * i].ring, wakeup, i, WAKE_RING, filter);
	}
	free(filter);

	*n = 1 + 2 * cpus;
	for (i = 0; i < (long)*n; i++)
		sources[i].log = log;
	return sources;
}

/*
 * Sleeps while it records, and reads nothing before the end: on a machine with
 * a virtual clock all CPUs take turns, so whatever this one does would show up
 * as a delay on the one that is looked at.
 */
static void collect(struct source *sources, size_t n, struct timeline *t,
		    double seconds, uint64_t *end)
{
	uint64_t now, until;
	size_t i;

	for (i = 0; i < n; i++)
		ring_start(&sources[i].ring);
	sleep_ns(SETTLE_MS * 1000000ULL);

	now = now_ns();
	timeline_begin(t, now);
	until = now + seconds * 1e9;
	while (now < until && !stopped) {
		sleep_ns(until - now);
		now = now_ns();
	}
	*end = now;
	sleep_ns(SETTLE_MS * 1000000ULL);
	for (i = 0; i < n; i++) {
		ring_stop(&sources[i].ring);
		ring_drain(&sources[i].ring, record, &sources[i]);
	}
}

static void analyse(struct log *log, struct timeline *t, uint64_t end)
{
	size_t i;

	timeline_sort(log->events, log->n);
	for (i = 0; i < log->n; i++)
		if (log->events[i].time >= t->begin && log->events[i].time < end)
			timeline_event(t, &log->events[i]);
	timeline_end(t, end);
}

static void usage(FILE *f)
{
	fputs("usage: slicetrace --cpu N --tids TID[,TID...] [options]\n"
	      "\n"
	      "Prints the slices, shares and wake-to-run times of threads on CPU N as one\n"
	      "JSON object.  Times are in nanoseconds.  Fails if a record was lost.\n"
	      "\n"
	      "  --seconds S     how long to look (1), or until SIGINT or SIGTERM\n"
	      "  --histogram US  add a histogram of the slices with bins of US\n"
	      "  --dump FILE     write each slice there: start, thread, length, end\n"
	      "  --ring MIB      buffer for all context switches, a power of two (32, which\n"
	      "                  is enough for about 300,000)\n", f);
}

static void parse_tids(struct timeline *t, char *list)
{
	char *tid;

	for (tid = strtok(list, ","); tid; tid = strtok(NULL, ","))
		if (!timeline_watch(t, atoi(tid)))
			errx(2, "more than %d threads", TIMELINE_THREADS_MAX);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "cpu", required_argument, NULL, 'c' },
		{ "tids", required_argument, NULL, 't' },
		{ "seconds", required_argument, NULL, 's' },
		{ "histogram", required_argument, NULL, 'H' },
		{ "dump", required_argument, NULL, 'd' },
		{ "ring", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	struct sigaction action = { .sa_handler = on_signal };
	struct timeline t = { 0 };
	struct log log = { 0 };
	struct source *sources;
	double seconds = 1, bin_us = 0;
	size_t n, i, mib = 32;
	uint64_t end, lost = 0;
	int cpu = -1, c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			cpu = atoi(optarg);
			break;
		case 't':
			parse_tids(&t, optarg);
			break;
		case 's':
			seconds = atof(optarg);
			break;
		case 'H':
			bin_us = atof(optarg);
			break;
		case 'd':
			t.dump = fopen(optarg, "w");
			if (!t.dump)
				err(1, "%s", optarg);
			break;
		case 'r':
			mib = atoi(optarg);
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (cpu < 0 || !t.nr_threads || optind != argc) {
		usage(stderr);
		return 2;
	}

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	find_fields();
	sources = open_sources(&t, cpu, mib << 20, &log, &n);
	collect(sources, n, &t, seconds, &end);
	for (i = 0; i < n; i++) {
		lost += ring_lost(&sources[i].ring);
		ring_close(&sources[i].ring);
	}
	analyse(&log, &t, end);

	printf("{\"cpu\":%d,", cpu);
	timeline_json(&t, bin_us * 1000, stdout);
	printf(",\"lost\":%" PRIu64 "}\n", lost);
	if (t.dump && fclose(t.dump))
		err(1, "writing the slices");
	free(sources);
	free(log.events);
	if (lost)
		errx(1, "%" PRIu64 " records were lost: try a larger --ring", lost);
	return 0;
}
