// SPDX-License-Identifier: GPL-2.0
/*
 * idleness-test.c - idleness.c's sums, checked on made-up events
 */
#include <stdlib.h>

#include "expect.h"
#include "idleness.h"

#define SWITCH(at, where, from, to, may_run) { .time = at, \
	.kind = IDLENESS_SWITCH, .cpu = where, .prev = from, .pid = to, \
	.runnable = may_run }
#define WAKEUP(at, tid)	{ .time = at, .kind = IDLENESS_WAKEUP, .pid = tid }
#define HOLD(at, tid)	{ .time = at, .kind = IDLENESS_HOLD, .pid = tid }

static struct idleness look(struct idleness_event *events, size_t n,
			    uint64_t begin, uint64_t end)
{
	struct idleness id = {
		.cpus = { 1, 2 }, .nr_cpus = 2,
		.threads = { { .tid = 7 }, { .tid = 8 } }, .nr_threads = 2,
	};
	size_t i;

	idleness_sort(events, n);
	idleness_begin(&id, begin);
	for (i = 0; i < n; i++)
		idleness_event(&id, &events[i]);
	idleness_end(&id, end);
	return id;
}

/* Both run; one is held back and its CPU idles until it goes on. */
static void test_held(void)
{
	struct idleness_event events[] = {
		SWITCH(500, 1, 0, 7, true), SWITCH(500, 2, 0, 8, true),
		HOLD(1100, 8), SWITCH(1200, 2, 8, 0, false),
		WAKEUP(1500, 8), SWITCH(1550, 2, 0, 8, true),
		/* sleeps by itself */
		SWITCH(1800, 2, 8, 0, false),
	};
	struct idleness id = look(events, 7, 1000, 2000);

	EXPECT(id.idle_ns, 350 + 200);
	EXPECT(id.held_ns, 300);
	EXPECT(id.waits_ns, 350);
}

/* One waits behind another while the second CPU idles; what was before counts not. */
static void test_waits(void)
{
	struct idleness_event events[] = {
		SWITCH(500, 1, 0, 7, true), SWITCH(600, 2, 9, 0, true),
		WAKEUP(700, 8),
		SWITCH(1400, 1, 7, 8, true),
		/* of no CPU of ours */
		SWITCH(1500, 3, 9, 0, true),
		SWITCH(1600, 2, 0, 7, true),
	};
	struct idleness id = look(events, 6, 1000, 2000);

	EXPECT(id.idle_ns, 600);
	EXPECT(id.held_ns, 0);
	EXPECT(id.waits_ns, 600);
}

/* An order that is old has not led to this sleep; two that wait need two CPUs. */
static void test_old_order(void)
{
	struct idleness_event events[] = {
		SWITCH(500, 1, 0, 7, true), SWITCH(500, 2, 0, 9, true),
		HOLD(1000, 7),
		SWITCH(1000 + IDLENESS_HOLD_NS, 1, 7, 0, false),
		WAKEUP(2000 + IDLENESS_HOLD_NS, 7),
		WAKEUP(2000 + IDLENESS_HOLD_NS, 8),
	};
	struct idleness id = look(events, 6, 1000, 3000 + IDLENESS_HOLD_NS);

	EXPECT(id.idle_ns, 2000);
	EXPECT(id.held_ns, 0);
	EXPECT(id.waits_ns, 1000);
}

int main(void)
{
	test_held();
	test_waits();
	test_old_order();
	if (!failed)
		printf("idleness: ok\n");
	return failed;
}
