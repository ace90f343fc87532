// SPDX-License-Identifier: GPL-2.0
/*
 * idleness.c - how long CPUs idle although somebody would run there
 */
#include <inttypes.h>
#include <stdlib.h>

#include "idleness.h"

static int by_time(const void *a, const void *b)
{
	const struct idleness_event *x = a, *y = b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return 0;
}

void idleness_sort(struct idleness_event *events, size_t n)
{
	/* glibc's is a merge sort, which keeps the order of equals */
	qsort(events, n, sizeof(*events), by_time);
}

void idleness_begin(struct idleness *id, uint64_t begin)
{
	id->begin = begin;
	id->last = 0;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Everything is as it has been since @last. */
static void add(struct idleness *id, uint64_t now)
{
	uint64_t from = id->last > id->begin ? id->last : id->begin;
	uint64_t idle = 0, held = 0, waits = 0;
	size_t i;

	id->last = now;
	if (now <= from)
		return;
	for (i = 0; i < id->nr_cpus; i++)
		idle += id->idle[i];
	for (i = 0; i < id->nr_threads; i++) {
		held += id->threads[i].state == IDLENESS_HELD;
		waits += id->threads[i].state == IDLENESS_WAITS;
	}
	id->idle_ns += idle * (now - from);
	id->held_ns += smaller(idle, held) * (now - from);
	id->waits_ns += smaller(idle, held + waits) * (now - from);
}

static void leaves(struct idleness *id, size_t i, const struct idleness_event *e)
{
	bool ordered = id->threads[i].hold &&
		       e->time - id->threads[i].hold < IDLENESS_HOLD_NS;

	if (e->runnable) {
		id->threads[i].state = IDLENESS_WAITS;
		return;
	}
	id->threads[i].state = ordered ? IDLENESS_HELD : IDLENESS_SLEEPS;
	id->threads[i].hold = 0;
}

void idleness_event(struct idleness *id, const struct idleness_event *e)
{
	size_t i;

	add(id, e->time);
	if (e->kind == IDLENESS_SWITCH)
		for (i = 0; i < id->nr_cpus; i++)
			if (id->cpus[i] == e->cpu)
				id->idle[i] = !e->pid;
	for (i = 0; i < id->nr_threads; i++) {
		if (e->kind == IDLENESS_SWITCH && id->threads[i].tid == e->prev)
			leaves(id, i, e);
		if (id->threads[i].tid != e->pid)
			continue;
		switch (e->kind) {
		case IDLENESS_SWITCH:
			id->threads[i].state = IDLENESS_RUNS;
			break;
		case IDLENESS_WAKEUP:
			/* on its way to sleep, it may be woken while it runs */
			if (id->threads[i].state != IDLENESS_RUNS)
				id->threads[i].state = IDLENESS_WAITS;
			break;
		case IDLENESS_HOLD:
			id->threads[i].hold = e->time;
			break;
		}
	}
}

void idleness_end(struct idleness *id, uint64_t time)
{
	add(id, time);
}

void idleness_json(const struct idleness *id, FILE *f)
{
	uint64_t all = (id->last - id->begin) * id->nr_cpus;

	fprintf(f, "\"ns\":%" PRIu64 ",\"idle_ns\":%" PRIu64
		",\"held_ns\":%" PRIu64 ",\"waits_ns\":%" PRIu64
		",\"idle_percent\":%.3f,\"held_percent\":%.3f,\"waits_percent\":%.3f",
		id->last - id->begin, id->idle_ns, id->held_ns, id->waits_ns,
		100. * id->idle_ns / all, 100. * id->held_ns / all,
		100. * id->waits_ns / all);
}
