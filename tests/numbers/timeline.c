// SPDX-License-Identifier: GPL-2.0
/*
 * timeline.c - what one CPU did, from its context switches and wake-ups
 */
#include <inttypes.h>
#include <stdlib.h>

#include "timeline.h"

bool timeline_watch(struct timeline *t, pid_t tid)
{
	if (t->nr_threads == TIMELINE_THREADS_MAX)
		return false;
	t->threads[t->nr_threads++] = (struct timeline_thread){ .tid = tid };
	return true;
}

static struct timeline_thread *watched(struct timeline *t, pid_t tid)
{
	size_t i;

	for (i = 0; i < t->nr_threads; i++)
		if (t->threads[i].tid == tid)
			return &t->threads[i];
	return NULL;
}

/* Order in the array breaks ties: qsort alone would not keep it. */
static int compare(const void *a, const void *b)
{
	const struct timeline_event *x = *(struct timeline_event * const *)a;
	const struct timeline_event *y = *(struct timeline_event * const *)b;

	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x > y) - (x < y);
}

void timeline_sort(struct timeline_event *events, size_t n)
{
	struct timeline_event **order = calloc(n + 1, sizeof(*order));
	struct timeline_event *sorted = calloc(n + 1, sizeof(*sorted));
	size_t i;

	if (!order || !sorted)
		abort();
	for (i = 0; i < n; i++)
		order[i] = &events[i];
	qsort(order, n, sizeof(*order), compare);
	for (i = 0; i < n; i++)
		sorted[i] = *order[i];
	for (i = 0; i < n; i++)
		events[i] = sorted[i];
	free(order);
	free(sorted);
}

void timeline_begin(struct timeline *t, uint64_t time)
{
	t->begin = time;
	t->last = time;
	t->current = -1;
	t->whole = false;
}

/* The time since the last switch was @tid's. */
static void account(struct timeline *t, pid_t tid, uint64_t ns)
{
	struct timeline_thread *thread = watched(t, tid);

	if (tid < 0)
		t->unknown_ns += ns;
	else if (thread)
		thread->run_ns += ns;
	else if (tid == 0)
		t->idle_ns += ns;
	else
		t->foreign_ns += ns;
}

static void switched_in(struct timeline *t, pid_t tid, uint64_t time)
{
	struct timeline_thread *thread = watched(t, tid);

	if (!thread) {
		t->foreign_switches += tid != 0;
		return;
	}
	thread->switches++;
	if (thread->woken)
		stats_add(&t->wake_to_run, time - thread->woken);
	if (thread->waking)
		stats_add(&t->waking_to_run, time - thread->waking);
	thread->woken = 0;
	thread->waking = 0;
}

static void switched_out(struct timeline *t, const struct timeline_event *event)
{
	uint64_t ns = event->time - t->last;

	/* The first switch tells who ran until then. */
	account(t, event->prev, ns);
	if (!t->whole || !watched(t, event->prev))
		return;
	stats_add(event->preempted ? &t->slices : &t->blocked, ns);
	if (t->dump)
		fprintf(t->dump, "%" PRIu64 " %d %" PRIu64 " %s\n", t->last,
			event->prev, ns, event->preempted ? "preempted" : "blocked");
}

void timeline_event(struct timeline *t, const struct timeline_event *event)
{
	struct timeline_thread *thread;

	switch (event->kind) {
	case TIMELINE_SWITCH:
		t->switches++;
		switched_out(t, event);
		t->last = event->time;
		t->current = event->next;
		t->whole = true;
		switched_in(t, event->next, event->time);
		break;
	case TIMELINE_WAKING:
	case TIMELINE_WAKEUP:
		thread = watched(t, event->next);
		/* Woken before it was switched out: it will not wait at all. */
		if (!thread || thread->tid == t->current)
			break;
		if (event->kind == TIMELINE_WAKING)
			thread->waking = event->time;
		else
			thread->woken = event->time;
		break;
	}
}

void timeline_end(struct timeline *t, uint64_t time)
{
	account(t, t->current, time - t->last);
	t->last = time;
}

void timeline_json(struct timeline *t, uint64_t bin_ns, FILE *f)
{
	uint64_t covered = t->last - t->begin;
	size_t i;

	fprintf(f, "\"covered_ns\":%" PRIu64 ",\"switches\":%" PRIu64
		",\"foreign_ns\":%" PRIu64 ",\"foreign_switches\":%" PRIu64
		",\"idle_ns\":%" PRIu64 ",\"unknown_ns\":%" PRIu64,
		covered, t->switches, t->foreign_ns, t->foreign_switches,
		t->idle_ns, t->unknown_ns);
	fprintf(f, ",\"slices_ns\":");
	stats_json(&t->slices, f);
	if (bin_ns) {
		fprintf(f, ",\"slices_histogram\":");
		stats_json_histogram(&t->slices, bin_ns, f);
	}
	fprintf(f, ",\"blocked_ns\":");
	stats_json(&t->blocked, f);
	fprintf(f, ",\"wake_to_run_ns\":");
	stats_json(&t->wake_to_run, f);
	fprintf(f, ",\"waking_to_run_ns\":");
	stats_json(&t->waking_to_run, f);
	fprintf(f, ",\"threads\":[");
	for (i = 0; i < t->nr_threads; i++)
		fprintf(f, "%s{\"tid\":%d,\"run_ns\":%" PRIu64 ",\"share\":%.4f,"
			"\"switches\":%" PRIu64 "}", i ? "," : "",
			t->threads[i].tid, t->threads[i].run_ns,
			covered ? (double)t->threads[i].run_ns / covered : 0,
			t->threads[i].switches);
	fprintf(f, "]");
}
