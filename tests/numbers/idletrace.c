// SPDX-License-Identifier: GPL-2.0
/*
 * idletrace.c - how long CPUs idle although a vCPU is held back, or waits
 *
 * Records the CPUs' context switches, and the wake-ups and holds of given
 * threads, all of which may run on all of these CPUs.
 */
#include <err.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "idleness.h"
#include "ring.h"
#include "tracepoint.h"

/* See slicetrace.c. */
#define STATE_BITS	0xff

#define SMALL_RING	(1024 * 1024)

/* Before the time that counts, so that all states are known when it begins. */

#define SOURCES_MAX	(3 * 1024)

struct log {
	struct idleness_event *events;
	size_t n;
	size_t room;
};

struct source {
	struct ring ring;
	enum idleness_kind kind;
	struct log *log;
};

static struct {
	struct trace_field prev_pid;
	struct trace_field prev_state;
	struct trace_field next_pid;
	struct trace_field wakeup_pid;
	struct trace_field hold_pid;
} fields;

static void record(void *arg, const struct ring *ring, uint64_t time,
		   const void *raw, size_t size)
{
	struct source *source = arg;
	struct log *log = source->log;
	struct idleness_event event = {
		.time = time, .kind = source->kind, .cpu = ring->cpu
	};

	switch (source->kind) {
	case IDLENESS_SWITCH:
		event.prev = trace_value(raw, size, fields.prev_pid);
		event.pid = trace_value(raw, size, fields.next_pid);
		event.runnable = !(trace_value(raw, size, fields.prev_state) & STATE_BITS);
		break;
	case IDLENESS_WAKEUP:
		event.pid = trace_value(raw, size, fields.wakeup_pid);
		break;
	case IDLENESS_HOLD:
		event.pid = trace_value(raw, size, fields.hold_pid);
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

static char *pid_filter(const struct idleness *id)
{
	char *filter = NULL;
	size_t size, i;
	FILE *f = open_memstream(&filter, &size);

	if (!f)
		err(1, "open_memstream");
	for (i = 0; i < id->nr_threads; i++)
		fprintf(f, "%spid == %d", i ? " || " : "", id->threads[i].tid);
	fclose(f);
	return filter;
}

static struct source *sources;
static size_t nr_sources;

static void add_source(enum idleness_kind kind, uint64_t tracepoint,
		       unsigned int cpu, size_t bytes, const char *filter,
		       struct log *log)
{
	struct source *s = &sources[nr_sources++];

	if (nr_sources > SOURCES_MAX)
		errx(1, "too many CPUs");
	s->kind = kind;
	s->log = log;
	ring_open(&s->ring, tracepoint, cpu, bytes, filter);
}

static void open_sources(const struct idleness *id, bool holds, size_t bytes,
			 struct log *log)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN), i;
	char *filter = pid_filter(id);
	size_t k;

	fields.prev_pid = tracepoint_field("sched:sched_switch", "prev_pid");
	fields.prev_state = tracepoint_field("sched:sched_switch", "prev_state");
	fields.next_pid = tracepoint_field("sched:sched_switch", "next_pid");
	fields.wakeup_pid = tracepoint_field("sched:sched_wakeup", "pid");
	if (holds)
		fields.hold_pid = tracepoint_field("sched_turbo:sched_turbo_hold", "pid");

	sources = calloc(SOURCES_MAX, sizeof(*sources));
	if (!sources)
		err(1, "calloc");
	for (k = 0; k < id->nr_cpus; k++)
		add_source(IDLENESS_SWITCH, tracepoint_id("sched:sched_switch"),
			   id->cpus[k], bytes, NULL, log);
	for (i = 0; i < cpus; i++) {
		add_source(IDLENESS_WAKEUP, tracepoint_id("sched:sched_wakeup"),
			   i, SMALL_RING, filter, log);
		if (holds)
			add_source(IDLENESS_HOLD,
				   tracepoint_id("sched_turbo:sched_turbo_hold"),
				   i, SMALL_RING, filter, log);
	}
	free(filter);
}

static void dump_event(FILE *f, const struct idleness_event *e)
{
	static const char * const what[] = { "switch", "wakeup", "hold" };

	fprintf(f, "%" PRIu64 " %s %u %d %d %d\n", e->time, what[e->kind], e->cpu,
		e->pid, e->prev, e->runnable);
}

static void usage(FILE *f)
{
	fputs("usage: idletrace --cpus N[,N...] --tids TID[,TID...] [options]\n"
	      "\n"
	      "Prints, as one JSON object, how long the CPUs idled; how much of that while\n"
	      "one of the threads was held back (\"held\"), and while one was held back or\n"
	      "waited in a queue (\"waits\").  Fails if a record was lost.\n"
	      "\n"
	      "  --stock         there is no module, and nobody is held back\n"
	      "  --seconds S     how long to look (1)\n"
	      "  --after S       from when on, after it has begun to record (0.1)\n"
	      "  --ready FILE    make this when it has begun to record\n"
	      "  --dump FILE     write all events there: time, what, CPU, who comes, who\n"
	      "                  leaves, and whether he could have gone on\n"
	      "  --ring MIB      buffer for a CPU's context switches, a power of two (16)\n", f);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "cpus", required_argument, NULL, 'c' },
		{ "tids", required_argument, NULL, 't' },
		{ "seconds", required_argument, NULL, 's' },
		{ "after", required_argument, NULL, 'a' },
		{ "ready", required_argument, NULL, 'R' },
		{ "ring", required_argument, NULL, 'r' },
		{ "dump", required_argument, NULL, 'd' },
		{ "stock", no_argument, NULL, 'S' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	struct idleness id = { 0 };
	struct log log = { 0 };
	uint64_t begin, end, lost = 0;
	FILE *dump = NULL, *ready = NULL;
	double seconds = 1, after = 0.1;
	bool holds = true;
	size_t i, mib = 16;
	const char *ready_name = NULL;
	char *word;
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			for (word = strtok(optarg, ","); word; word = strtok(NULL, ",")) {
				if (id.nr_cpus == IDLENESS_CPUS_MAX)
					errx(2, "more than %d CPUs", IDLENESS_CPUS_MAX);
				id.cpus[id.nr_cpus++] = atoi(word);
			}
			break;
		case 't':
			for (word = strtok(optarg, ","); word; word = strtok(NULL, ",")) {
				if (id.nr_threads == IDLENESS_THREADS_MAX)
					errx(2, "more than %d threads", IDLENESS_THREADS_MAX);
				id.threads[id.nr_threads++].tid = atoi(word);
			}
			break;
		case 's':
			seconds = atof(optarg);
			break;
		case 'a':
			after = atof(optarg);
			break;
		case 'r':
			mib = atoi(optarg);
			break;
		case 'd':
			dump = fopen(optarg, "w");
			if (!dump)
				err(1, "%s", optarg);
			break;
		case 'R':
			ready_name = optarg;
			break;
		case 'S':
			holds = false;
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (!id.nr_cpus || !id.nr_threads || optind != argc) {
		usage(stderr);
		return 2;
	}

	open_sources(&id, holds, mib << 20, &log);
	for (i = 0; i < nr_sources; i++)
		ring_start(&sources[i].ring);
	if (ready_name) {
		ready = fopen(ready_name, "w");
		if (!ready)
			err(1, "%s", ready_name);
		fclose(ready);
	}
	sleep_ns(after * 1e9);
	begin = now_ns();
	sleep_ns(seconds * 1e9);
	end = now_ns();
	for (i = 0; i < nr_sources; i++) {
		ring_stop(&sources[i].ring);
		ring_drain(&sources[i].ring, record, &sources[i]);
		lost += ring_lost(&sources[i].ring);
		ring_close(&sources[i].ring);
	}

	idleness_sort(log.events, log.n);
	idleness_begin(&id, begin);
	for (i = 0; i < log.n && log.events[i].time < end; i++) {
		idleness_event(&id, &log.events[i]);
		if (dump)
			dump_event(dump, &log.events[i]);
	}
	if (dump && fclose(dump))
		err(1, "writing the events");
	idleness_end(&id, end);
	printf("{");
	idleness_json(&id, stdout);
	printf(",\"lost\":%" PRIu64 "}\n", lost);
	free(sources);
	free(log.events);
	if (lost)
		errx(1, "%" PRIu64 " records were lost: try a larger --ring", lost);
	return 0;
}
