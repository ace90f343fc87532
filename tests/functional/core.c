// SPDX-License-Identifier: GPL-2.0
/*
 * core.c - turbo cores come, go and get their slices at run time
 */
#include <errno.h>

#include "../numbers/clock.h"
#include "abi.h"
#include "attr.h"
#include "host.h"
#include "proc.h"
#include "tap.h"

#define HOGS	4

static struct proc hogs;
static struct attr before[HOGS];
static bool slices;

static int on_core(unsigned int cpu)
{
	struct sched_turbo_core c;

	return core_find(cpu, &c) ? (int)c.nr_threads : -1;
}

/* Where they really run, seen a few times in a row. */
static bool run_on(unsigned int cpu)
{
	int i, n;

	for (n = 0; n < 5; n++, usleep(2000))
		for (i = 0; i < HOGS; i++)
			if (proc_cpu(proc_tid(&hogs, i)) != (int)cpu)
				return false;
	return true;
}

static bool all_run(void)
{
	uint64_t loops[HOGS];
	int i;

	for (i = 0; i < HOGS; i++)
		loops[i] = proc_loops(&hogs, i);
	for (i = 0; i < HOGS; i++)
		if (!await(SOON, proc_loops(&hogs, i) > loops[i]))
			return false;
	return true;
}

static bool slice_is(pid_t tid, uint64_t slice_ns)
{
	struct sched_turbo_thread t;
	struct attr attr;

	if (!thread_find(tid, &t) || attr_get(tid, &attr))
		return false;
	return t.slice_ns == slice_ns && (!slices || attr.slice_ns == slice_ns);
}

/* Each hog has the slice of the core it is on. */
static bool slices_are(uint64_t slice2_ns, uint64_t slice3_ns)
{
	int i;

	for (i = 0; i < HOGS; i++) {
		struct sched_turbo_thread t;

		if (!thread_find(proc_tid(&hogs, i), &t) ||
		    !slice_is(t.tid, t.cpu == 2 ? slice2_ns : slice3_ns))
			return false;
	}
	return true;
}

static void no_core(void)
{
	is(cores(NULL, 0), 0, "no turbo core at first");
	is(attach(hogs.pid, 0), -ENODEV, "attach without a turbo core");
	is(threads(NULL, 0), 0, "no thread");
}

static void add_one(void)
{
	int i;

	log_mark();
	is(core_add(2, 0), 0, "add cpu 2");
	is(log_count("cpu 2: turbo core, slice 100 us"), 1, "... is logged");
	for (i = 0; i < HOGS; i++)
		attach(proc_tid(&hogs, i), 0);
	is(on_core(2), HOGS, "all hogs are its threads");
	ok(await(SOON, run_on(2)) && all_run(), "all run there");
}

static void add_another(void)
{
	is(core_add(3, 400 * US), 0, "add cpu 3 while they run");
	ok(await(SOON, on_core(2) == 2 && on_core(3) == 2), "two hogs move");
	ok(all_run(), "all run");
	ok(await(SOON, slices_are(100 * US, 400 * US)),
	   "each has the slice of its core");
}

/**
 * struct stretch - time between switches on each turbo core
 * @ns2: on CPU 2, in the mean
 * @ns3: on CPU 3
 * @nap_ns: how long a sleep of 200 us took meanwhile, in the mean
 */
struct stretch {
	uint64_t ns2, ns3, nap_ns;
};

static uint64_t mean_ns(const struct sched_turbo_core *from,
			const struct sched_turbo_core *to)
{
	uint64_t slices = to->slices - from->slices;

	return slices ? (to->turbo_ns - from->turbo_ns) / slices : UINT64_MAX;
}

/* With two hogs on each core all the time, or it would say nothing. */
static bool measure(struct stretch *s)
{
	struct sched_turbo_core a = { 0 }, b = { 0 }, c = { 0 }, d = { 0 };
	uint64_t begun, now = 0, naps = 0;

	await(SOON, on_core(2) == 2 && on_core(3) == 2);
	usleep(100000);
	core_find(2, &a);
	core_find(3, &b);
	begun = now_ns();
	while (now < begun + 500 * MS) {
		usleep(200);
		now = now_ns();
		naps++;
		if (naps % 64 == 0 && on_core(2) != 2)
			return false;
	}
	if (on_core(2) != 2)
		return false;
	s->nap_ns = (now - begun) / naps;
	core_find(2, &c);
	core_find(3, &d);
	s->ns2 = mean_ns(&a, &c);
	s->ns3 = mean_ns(&b, &d);
	return true;
}

static void set_slice(void)
{
	struct stretch s = { 0 };
	bool often;

	is(core_slice(2, 4 * MS), 0, "set the slice of cpu 2");
	is(core_slice(3, 200 * US), 0, "set the slice of cpu 3");
	ok(await(SOON, slices_are(4 * MS, 200 * US)), "the threads have them");
	often = await(SOON, measure(&s) && s.ns2 > 2 * s.ns3);
	note("stretches of %llu and %llu us, naps of %llu us",
	     (unsigned long long)s.ns2 / 1000, (unsigned long long)s.ns3 / 1000,
	     (unsigned long long)s.nap_ns / 1000);
	/* an emulator that has few turns has late timers, ours like others' */
	if (!often && s.nap_ns > 2 * MS)
		skip("timers are late here", "... and switch that often");
	else
		ok(often, "... and switch that often");

	log_mark();
	is(core_slice(2, 99999), -ERANGE, "a slice that is too short");
	is(log_count("cpu 2: slice 99999 ns"), 1, "... is logged");
	is(core_slice(2, 10 * MS + 1), -ERANGE, "a slice that is too long");
	is(log_count("cpu 2: slice 10000001 ns"), 1, "... is logged");
	is(core_slice(2, 0), -ERANGE, "no slice");
	ok(slices_are(4 * MS, 200 * US), "nothing has changed");
	is(core_slice(2, 100 * US), 0, "the shortest one");
	is(core_slice(3, 10 * MS), 0, "the longest one");
	ok(await(SOON, slices_are(100 * US, 10 * MS)), "the threads have them");
	is(core_slice(1, 100 * US), -ENOENT, "of a regular core");
}

static void own_slice(void)
{
	pid_t tid = proc_tid(&hogs, 0);
	struct sched_turbo_thread t = { 0 };

	is(detach(tid, NULL), 0, "detach one");
	is(attach(tid, 300 * US), 0, "attach it with a slice of its own");
	ok(slice_is(tid, 300 * US), "it has that one");
	thread_find(tid, &t);
	is(t.flags, SCHED_TURBO_THREAD_OWN_SLICE, "it is marked");
	core_slice(2, 150 * US);
	core_slice(3, 150 * US);
	ok(slice_is(tid, 300 * US), "that of its core makes no difference");
	ok(slice_is(proc_tid(&hogs, 1), 150 * US), "but to the others");
	thread_find(proc_tid(&hogs, 1), &t);
	is(t.flags, 0, "which are not marked");
	is(detach(tid, NULL), 0, "detach it");
	is(attach(tid, 0), 0, "attach it without one");
	ok(slice_is(tid, 150 * US), "it has that of its core");
}

static void remove_one(void)
{
	log_mark();
	core_slice(3, 700 * US);
	is(core_del(2), 0, "remove cpu 2");
	is(log_count("cpu 2: no longer a turbo core"), 1, "... is logged");
	ok(!core_find(2, NULL), "it is not in the list");
	is(on_core(3), HOGS, "all hogs are on cpu 3");
	ok(await(SOON, run_on(3)) && all_run(), "all run there");
	ok(await(SOON, slices_are(0, 700 * US)), "with its slice");
}

static void remove_last(void)
{
	int i;

	log_mark();
	is(core_del(3), 0, "remove cpu 3, the last one");
	is(cores(NULL, 0), 0, "no turbo core is left");
	is(threads(NULL, 0), 0, "no thread is left");
	is(log_count("cpu 3 was the last turbo core"), 1,
	   "one line in the log");
	for (i = 0; i < HOGS; i++)
		ok(attr_is(proc_tid(&hogs, i), &before[i], "hog"),
		   "hog %d is restored", i);
	ok(all_run(), "all run");
	is(attach(hogs.pid, 0), -ENODEV, "attach");

	log_mark();
	is(core_add(3, 0), 0, "add cpu 3");
	is(threads(NULL, 0), 0, "still no thread");
	is(core_del(3), 0, "remove cpu 3 again");
	is(log_count("last turbo core"), 0, "nobody to be told about");
}

/* Hogs running while cores come and go beneath them. */
static void back_and_forth(void)
{
	int i, wrong = 0;

	core_add(2, 0);
	core_add(3, 0);
	for (i = 0; i < HOGS; i++)
		wrong += !!attach(proc_tid(&hogs, i), 0);
	for (i = 0; i < 20; i++) {
		unsigned int cpu = i & 1 ? 2 : 3;

		wrong += !!core_del(cpu);
		wrong += on_core(5 - cpu) != HOGS;
		wrong += !!core_add(cpu, 0);
	}
	is(wrong, 0, "twenty times back and forth");
	ok(all_run(), "all run");
	ok(await(SOON, on_core(2) == 2 && on_core(3) == 2), "two and two");
	is(rescues(), 0, "no thread waited without a timer");
	is(module_unload(), 0, "unload");
	for (i = 0; i < HOGS; i++)
		ok(attr_is(proc_tid(&hogs, i), &before[i], "hog"),
		   "hog %d is restored", i);
}

int main(void)
{
	int i;

	tap_start();
	module_need("");
	slices = attr_slices();
	hogs = proc_start(HOGS, TASK_SPIN);
	for (i = 0; i < HOGS; i++)
		attr_get(proc_tid(&hogs, i), &before[i]);
	no_core();
	add_one();
	add_another();
	set_slice();
	own_slice();
	remove_one();
	remove_last();
	back_and_forth();
	proc_end(&hogs);
	return tap_end();
}
