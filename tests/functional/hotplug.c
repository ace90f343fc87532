// SPDX-License-Identifier: GPL-2.0
/*
 * hotplug.c - CPUs of turbo cores go offline and come back
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "abi.h"
#include "attr.h"
#include "host.h"
#include "proc.h"
#include "tap.h"

/* Of each of these kinds one that spins and one that is asleep. */
static const char *const pinned[] = { "0-3", "0", "0-1", "1-2", "3" };

#define KINDS	((int)(sizeof(pinned) / sizeof(pinned[0])))
#define NR	(2 * KINDS)

static struct proc p;
static struct attr before[NR];

static void setup(const char *params)
{
	int i;

	module_need(params);
	p = proc_start(NR, TASK_SPIN);
	for (i = 0; i < NR; i++) {
		cpus_set(proc_tid(&p, i), pinned[i % KINDS]);
		if (i >= KINDS)
			proc_tell(&p, i, TASK_BLOCK);
		attr_get(proc_tid(&p, i), &before[i]);
	}
	for (i = 0; i < NR; i++)
		if (attach(proc_tid(&p, i), 0))
			note("thread %d: cannot be attached", i);
}

static int on_core(unsigned int cpu)
{
	struct sched_turbo_core c;

	return core_find(cpu, &c) ? (int)c.nr_threads : -1;
}

static bool online(unsigned int cpu)
{
	struct sched_turbo_core c;

	return core_find(cpu, &c) && c.flags & SCHED_TURBO_CORE_ONLINE;
}

static bool spinners_on(int cpu)
{
	int i;

	for (i = 0; i < KINDS; i++)
		if (proc_cpu(proc_tid(&p, i)) != cpu)
			return false;
	return true;
}

static void restored(const char *what)
{
	char name[64];
	int i;

	for (i = 0; i < NR; i++) {
		/* a sleeper learns of the kernel's slice when it wakes up */
		if (i >= KINDS) {
			proc_tell(&p, i, TASK_NAP);
			usleep(10000);
		}
		snprintf(name, sizeof(name), "%s, %s on %s", what,
			 i < KINDS ? "spinning" : "asleep", pinned[i % KINDS]);
		ok(await(500, attr_is(proc_tid(&p, i), &before[i], NULL)) ||
		   attr_is(proc_tid(&p, i), &before[i], name),
		   "%s: is what it was", name);
	}
}

static void one_of_two(void)
{
	uint32_t changed = 0;
	int i, sum = 0;

	setup("turbo_cpus=" TURBO_CPUS);
	await(SOON, on_core(3) > 0);
	log_mark();
	is(cpu_set_online(3, false), 0, "one of two: goes offline");
	is(log_count("cpu 3: turbo core goes offline"), 1, "... is logged");
	ok(core_find(3, NULL) && !online(3), "stays in the list, not online");
	is(on_core(3), 0, "no thread is there");
	is(threads(NULL, 0), NR, "all stay attached");
	is(on_core(2), NR, "on the other core");
	ok(await(SOON, spinners_on(2)), "and run there");
	for (i = KINDS; i < NR; i++) {
		proc_tell(&p, i, TASK_SPIN);
		sum += await(SOON, proc_cpu(proc_tid(&p, i)) == 2);
		proc_tell(&p, i, TASK_BLOCK);
	}
	is(sum, KINDS, "sleepers wake up there");
	is(core_slice(3, 500 * US), 0, "its slice can be set meanwhile");
	is(core_add(3, 0), -ENXIO, "it is no core to add");

	log_mark();
	is(cpu_set_online(3, true), 0, "comes back");
	is(log_count("cpu 3: is back as a turbo core"), 1, "... is logged");
	ok(online(3), "is online");
	ok(await(SOON, on_core(3) > 0), "threads move there");
	for (i = 0; i < KINDS; i++) {
		struct sched_turbo_thread t;

		if (thread_find(proc_tid(&p, i), &t) && t.cpu == 3)
			break;
	}
	ok(i < KINDS && await(SOON, proc_cpu(proc_tid(&p, i)) == 3),
	   "and run there");
	for (i = 0; i < NR; i++) {
		uint32_t c = 0;

		detach(proc_tid(&p, i), &c);
		changed |= c;
	}
	is(changed, 0, "nobody has changed anything");
	restored("one of two");
	is(rescues(), 0, "no thread waited without a timer");
	proc_end(&p);
}

static void the_last(void)
{
	setup("turbo_cpus=2");
	log_mark();
	is(cpu_set_online(2, false), 0, "the last: goes offline");
	is(threads(NULL, 0), 0, "no thread is left");
	is(log_count("cpu 2 was the last turbo core"), 1,
	   "one line in the log");
	is(log_count("somebody else"), 0, "nobody has changed anything");
	is(attach(p.pid, 0), -ENODEV, "attach");
	is(cpu_set_online(2, true), 0, "comes back");
	ok(online(2), "is online");
	is(threads(NULL, 0), 0, "still no thread");
	restored("the last");
	is(attach(p.pid, 0), 0, "attach");
	is(detach(p.pid, NULL), 0, "detach");
	restored("the last, again");
	proc_end(&p);
}

/* Offline and online at once: threads must not be lost in between. */
static void up_and_down(void)
{
	uint64_t loops[KINDS];
	int i, run = 0;

	setup("turbo_cpus=" TURBO_CPUS);
	for (i = 0; i < 5; i++) {
		cpu_set_online(i & 1 ? 2 : 3, false);
		cpu_set_online(i & 1 ? 2 : 3, true);
	}
	is(threads(NULL, 0), NR, "up and down: all are attached");
	is(on_core(2) + on_core(3), NR, "up and down: each has a core");
	for (i = 0; i < KINDS; i++)
		loops[i] = proc_loops(&p, i);
	for (i = 0; i < KINDS; i++)
		run += await(SOON, proc_loops(&p, i) > loops[i]);
	is(run, KINDS, "up and down: all run");
	is(rescues(), 0, "no thread waited without a timer");
	is(module_unload(), 0, "up and down: unload");
	restored("up and down");
	proc_end(&p);
}

static void removed_meanwhile(void)
{
	setup("turbo_cpus=" TURBO_CPUS);
	cpu_set_online(3, false);
	is(core_del(3), 0, "remove a core that is offline");
	ok(!core_find(3, NULL), "it is not in the list");
	is(core_del(3), -ENOENT, "remove it again");
	cpu_set_online(3, true);
	ok(!core_find(3, NULL), "it does not come back");
	usleep(200000);
	is(on_core(2), NR, "all are on the other one");
	is(core_del(2), 0, "remove the last");
	restored("removed meanwhile");
	proc_end(&p);

	setup("turbo_cpus=" TURBO_CPUS);
	cpu_set_online(2, false);
	is(core_del(3), 0, "remove the last that is online");
	is(threads(NULL, 0), 0, "no thread is left");
	cpu_set_online(2, true);
	restored("last online one removed");
	proc_end(&p);
}

static void unload_meanwhile(void)
{
	int i;

	setup("turbo_cpus=" TURBO_CPUS);
	cpu_set_online(3, false);
	is(module_unload(), 0, "unload while a core is offline");
	cpu_set_online(3, true);
	for (i = 0; i < NR; i++) {
		/* as without SCHED_TURBO: its only CPU had gone */
		if (!strcmp(pinned[i % KINDS], "3"))
			before[i].cpus = cpus_parse("0-2");
	}
	restored("unload while a core is offline");
	proc_end(&p);
}

/* A regular CPU that a thread was bound to has gone when it is detached. */
static void regular(void)
{
	struct proc q = proc_start(1, TASK_SPIN);

	module_need("turbo_cpus=" TURBO_CPUS);
	cpus_set(q.pid, "1");
	attach(q.pid, 0);
	log_mark();
	is(cpu_set_online(1, false), 0, "a regular CPU goes offline");
	ok(thread_find(q.pid, NULL), "thread stays attached");
	is(detach(q.pid, NULL), 0, "detach");
	ok(log_count("no CPU of its affinity 1 is left"), "one line in the log");
	ok(cpus_are(q.pid, "0,2-3"), "it may run anywhere");
	cpu_set_online(1, true);
	proc_end(&q);
}

int main(void)
{
	tap_start();
	if (access("/sys/devices/system/cpu/cpu3/online", W_OK)) {
		skip("no CPU hotplug", "everything");
		return tap_end();
	}
	one_of_two();
	the_last();
	up_and_down();
	removed_meanwhile();
	unload_meanwhile();
	regular();
	is(module_unload(), 0, "unload");
	return tap_end();
}
