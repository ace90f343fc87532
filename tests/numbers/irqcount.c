// SPDX-License-Identifier: GPL-2.0
/*
 * irqcount.c - how many timer interrupts a CPU takes, and whose they are
 *
 * Two views of the same time: the CPU's column in /proc/interrupts (LOC local
 * timer, RES rescheduling, CAL function calls, IWI irq work), and each hrtimer
 * that expired there, by the function it calls: the tick, the scheduler's
 * hrtick, a module's own.  One interrupt may serve several hrtimers.
 */
#include <err.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "ring.h"
#include "tracepoint.h"

#define HRTIMER		"timer:hrtimer_expire_entry"
#define RING_BYTES	(32UL << 20)
#define FUNCTIONS_MAX	64

struct functions {
	struct trace_field field;
	size_t n;
	struct {
		uint64_t address;
		uint64_t count;
		char name[128];
	} of[FUNCTIONS_MAX];
};

static const char * const lines[] = { "LOC", "RES", "CAL", "IWI" };

#define NR_LINES	(sizeof(lines) / sizeof(lines[0]))

struct counts {
	uint64_t of[NR_LINES];
};

/* Which column of /proc/interrupts is @cpu's; those of offline CPUs are absent. */
static int find_column(const char *header, unsigned int cpu)
{
	const char *at = header;
	unsigned int found;
	int column, used;

	for (column = 0; sscanf(at, " CPU%u%n", &found, &used) == 1; column++, at += used)
		if (found == cpu)
			return column;
	errx(1, "/proc/interrupts has no CPU %u", cpu);
}

static struct counts read_interrupts(unsigned int cpu)
{
	struct counts counts = { 0 };
	FILE *f = fopen("/proc/interrupts", "r");
	char *line = NULL;
	size_t size = 0, i;
	int column, c;

	if (!f || getline(&line, &size, f) < 0)
		err(1, "/proc/interrupts");
	column = find_column(line, cpu);
	while (getline(&line, &size, f) >= 0) {
		char *at = line + strspn(line, " ");

		for (i = 0; i < NR_LINES; i++)
			if (!strncmp(at, lines[i], 3) && at[3] == ':')
				break;
		if (i == NR_LINES)
			continue;
		at += 4;
		for (c = 0; c <= column; c++)
			counts.of[i] = strtoull(at, &at, 10);
	}
	free(line);
	fclose(f);
	return counts;
}

static void record(void *arg, const struct ring *ring, uint64_t time,
		   const void *raw, size_t size)
{
	struct functions *functions = arg;
	uint64_t address = trace_value(raw, size, functions->field);
	size_t i;

	(void)ring;
	(void)time;
	for (i = 0; i < functions->n; i++)
		if (functions->of[i].address == address)
			break;
	if (i == FUNCTIONS_MAX)
		errx(1, "more than %d timer functions", FUNCTIONS_MAX);
	if (i == functions->n) {
		functions->of[i].address = address;
		functions->n++;
	}
	functions->of[i].count++;
}

/* "ffffffff81234567 t hrtick	[module]" */
static void find_names(struct functions *functions)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char line[512], name[96], module[28];
	unsigned long long address;
	size_t i;
	int got;

	if (!f)
		err(1, "/proc/kallsyms");
	while (fgets(line, sizeof(line), f)) {
		got = sscanf(line, "%llx %*c %95s [%27[^]]]", &address, name, module);
		if (got < 2)
			continue;
		for (i = 0; i < functions->n; i++) {
			char *to = functions->of[i].name;
			size_t room = sizeof(functions->of[i].name);

			if (functions->of[i].address != address || *to)
				continue;
			if (got == 3)
				snprintf(to, room, "%s [%s]", name, module);
			else
				snprintf(to, room, "%s", name);
		}
	}
	fclose(f);
}

static void usage(FILE *f)
{
	fputs("usage: irqcount --cpu N [--seconds S]\n"
	      "\n"
	      "Prints the interrupts that CPU N takes in S seconds (1), and the hrtimers\n"
	      "that expire there by function, as one JSON object.\n", f);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "cpu", required_argument, NULL, 'c' },
		{ "seconds", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	static struct functions functions;
	struct counts before, after;
	struct timespec length;
	uint64_t begin, end, lost;
	double seconds = 1;
	struct ring ring;
	int cpu = -1, c;
	size_t i;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			cpu = atoi(optarg);
			break;
		case 's':
			seconds = atof(optarg);
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (cpu < 0 || optind != argc) {
		usage(stderr);
		return 2;
	}

	functions.field = tracepoint_field(HRTIMER, "function");
	ring_open(&ring, tracepoint_id(HRTIMER), cpu, RING_BYTES, NULL);
	length.tv_sec = seconds;
	length.tv_nsec = (seconds - length.tv_sec) * 1e9;
	before = read_interrupts(cpu);
	ring_start(&ring);
	begin = now_ns();
	/* Nothing else meanwhile, so as not to be in the CPU's way. */
	nanosleep(&length, NULL);
	end = now_ns();
	ring_stop(&ring);
	after = read_interrupts(cpu);
	ring_drain(&ring, record, &functions);
	lost = ring_lost(&ring);
	ring_close(&ring);
	find_names(&functions);

	printf("{\"cpu\":%d,\"covered_ns\":%" PRIu64, cpu, end - begin);
	for (i = 0; i < NR_LINES; i++)
		printf(",\"%s\":%" PRIu64, lines[i], after.of[i] - before.of[i]);
	printf(",\"hrtimers\":{");
	for (i = 0; i < functions.n; i++)
		printf("%s\"%s\":%" PRIu64, i ? "," : "",
		       functions.of[i].name[0] ? functions.of[i].name : "unknown",
		       functions.of[i].count);
	printf("},\"lost\":%" PRIu64 "}\n", lost);
	if (lost)
		errx(1, "%" PRIu64 " records were lost", lost);
	return 0;
}
