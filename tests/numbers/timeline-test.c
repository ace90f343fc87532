// SPDX-License-Identifier: GPL-2.0
/*
 * timeline-test.c - the measuring programs' sums, checked on made-up events
 */
#include <stdlib.h>
#include <string.h>

#include "expect.h"
#include "timeline.h"

static void feed(struct timeline *t, struct timeline_event *events, size_t n)
{
	size_t i;

	timeline_sort(events, n);
	for (i = 0; i < n; i++)
		timeline_event(t, &events[i]);
}

#define SWITCH(at, from, to, runnable) { .time = at, .kind = TIMELINE_SWITCH, \
	.prev = from, .next = to, .preempted = runnable }
#define WAKING(at, tid)	{ .time = at, .kind = TIMELINE_WAKING, .next = tid }
#define WAKEUP(at, tid)	{ .time = at, .kind = TIMELINE_WAKEUP, .next = tid }

/* Threads 7 and 8 are watched, 9 is foreign; the order is not that of time. */
static void test_who_ran(void)
{
	struct timeline t = { 0 };
	struct timeline_event events[] = {
		SWITCH(1100, 7, 8, true),	/* not whole: began before us */
		SWITCH(1300, 8, 9, true),	/* slice of 200 */
		SWITCH(1310, 9, 7, false),
		SWITCH(1400, 7, 0, false),	/* 90, blocked */
		SWITCH(1650, 0, 7, true),
		SWITCH(1700, 7, 8, true),	/* slice of 50 */
		WAKEUP(1640, 7), WAKING(1600, 7),
		WAKEUP(1660, 9), WAKING(1655, 9),
		WAKEUP(1750, 8),		/* runs: waits for nothing */
	};

	timeline_watch(&t, 7);
	timeline_watch(&t, 8);
	timeline_begin(&t, 1000);
	feed(&t, events, sizeof(events) / sizeof(events[0]));
	timeline_end(&t, 2000);

	EXPECT(t.switches, 6);
	EXPECT(t.slices.n, 2);
	EXPECT(stats_percentile(&t.slices, 0), 50);
	EXPECT(stats_percentile(&t.slices, 100), 200);
	EXPECT(t.blocked.n, 1);
	EXPECT(stats_percentile(&t.blocked, 50), 90);
	EXPECT(t.threads[0].run_ns, 100 + 90 + 50);
	EXPECT(t.threads[1].run_ns, 200 + 300);
	EXPECT(t.foreign_ns, 10);
	EXPECT(t.foreign_switches, 1);
	EXPECT(t.idle_ns, 250);
	EXPECT(t.unknown_ns, 0);
	EXPECT(t.wake_to_run.n, 1);
	EXPECT(stats_percentile(&t.wake_to_run, 50), 10);
	EXPECT(stats_percentile(&t.waking_to_run, 50), 50);
}

/* A wake-up of the moment counts before the switch that was read later. */
static void test_ties(void)
{
	struct timeline t = { 0 };
	struct timeline_event events[] = {
		SWITCH(10, 5, 0, false), WAKEUP(20, 7), SWITCH(20, 0, 7, true),
	};

	timeline_watch(&t, 7);
	timeline_begin(&t, 0);
	feed(&t, events, sizeof(events) / sizeof(events[0]));
	EXPECT(t.wake_to_run.n, 1);
	EXPECT(stats_percentile(&t.wake_to_run, 50), 0);
}

static void test_nothing_happened(void)
{
	struct timeline t = { 0 };

	timeline_watch(&t, 7);
	timeline_begin(&t, 1000);
	timeline_end(&t, 3000);
	EXPECT(t.unknown_ns, 2000);
	EXPECT(t.threads[0].run_ns, 0);
	EXPECT(stats_percentile(&t.slices, 50), 0);
}

static void test_percentiles(void)
{
	struct stats s = { 0 };
	char *text = NULL;
	size_t size;
	int i;
	FILE *f;

	for (i = 1000; i >= 1; i--)
		stats_add(&s, i);
	EXPECT(stats_percentile(&s, 0), 1);
	EXPECT(stats_percentile(&s, 50), 500);
	EXPECT(stats_percentile(&s, 99), 990);
	EXPECT(stats_percentile(&s, 99.9), 999);
	EXPECT(stats_percentile(&s, 100), 1000);
	stats_add(&s, 5000);
	EXPECT(stats_percentile(&s, 100), 5000);

	f = open_memstream(&text, &size);
	stats_json_histogram(&s, 500, f);
	fclose(f);
	EXPECT(strcmp(text, "[[0,499],[500,500],[1000,1],[5000,1]]"), 0);
	free(text);
	stats_free(&s);
}

int main(void)
{
	test_who_ran();
	test_ties();
	test_nothing_happened();
	test_percentiles();
	puts(failed ? "timeline-test: FAILED" : "timeline-test: ok");
	return failed;
}
