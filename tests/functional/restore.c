// SPDX-License-Identifier: GPL-2.0
/*
 * restore.c - a thread gets back exactly what it was, whichever way it leaves
 */
#include <errno.h>
#include <string.h>

#include "abi.h"
#include "attr.h"
#include "host.h"
#include "proc.h"
#include "tap.h"

static const struct kind {
	const char *name;
	struct attr attr;
	const char *cpus;
} kinds[] = {
	{ "plain", { .policy = SCHED_OTHER }, NULL },
	{ "nice -10", { .policy = SCHED_OTHER, .nice = -10 }, NULL },
	{ "nice 19", { .policy = SCHED_OTHER, .nice = 19 }, NULL },
	{ "BATCH", { .policy = SCHED_BATCH, .nice = 3 }, NULL },
	{ "IDLE", { .policy = SCHED_IDLE }, NULL },
	{ "FIFO", { .policy = SCHED_FIFO, .priority = 10 }, NULL },
	{ "RR", { .policy = SCHED_RR, .priority = 3 }, NULL },
	{ "reset on fork", { .policy = SCHED_OTHER, .reset_on_fork = true },
	  NULL },
	{ "FIFO, reset on fork", { .policy = SCHED_FIFO, .priority = 1,
	  .reset_on_fork = true }, NULL },
	{ "own slice", { .policy = SCHED_OTHER, .slice_ns = 2 * MS }, NULL },
	{ "own slice, BATCH", { .policy = SCHED_BATCH, .nice = 1,
	  .slice_ns = 700 * US }, "1" },
	{ "pinned", { .policy = SCHED_OTHER }, "0" },
	{ "pinned to two", { .policy = SCHED_OTHER }, "0-1" },
	{ "pinned to a turbo core", { .policy = SCHED_OTHER }, "3" },
	{ "pinned to regular and turbo cores", { .policy = SCHED_OTHER },
	  "1-2" },
	{ "pinned FIFO", { .policy = SCHED_FIFO, .priority = 50, .nice = 0 },
	  "1" },
};

#define KINDS	((int)(sizeof(kinds) / sizeof(kinds[0])))

static struct attr before[KINDS];

static void prepare(const struct proc *p)
{
	int i;

	for (i = 0; i < KINDS; i++) {
		pid_t tid = proc_tid(p, i);

		if (attr_set(tid, &kinds[i].attr) ||
		    (kinds[i].cpus && cpus_set(tid, kinds[i].cpus)))
			note("%s: could not be set up", kinds[i].name);
		attr_get(tid, &before[i]);
	}
}

static bool fair(int policy)
{
	return policy == SCHED_OTHER || policy == SCHED_BATCH;
}

/* What SCHED_TURBO makes of them. */
static void attached_is_right(const struct proc *p)
{
	bool slices = attr_slices();
	struct attr now;
	int i, cpu;

	for (i = 0; i < KINDS; i++) {
		const struct attr *was = &before[i];

		attr_get(proc_tid(p, i), &now);
		for (cpu = 0; cpu < 2; cpu++)
			if (CPU_ISSET(cpu, &now.cpus))
				break;
		ok(cpu == 2, "%s: attached, no regular core", kinds[i].name);
		is(now.policy, fair(was->policy) ? was->policy : SCHED_OTHER,
		   "%s: attached, policy", kinds[i].name);
		is(now.nice, was->nice, "%s: attached, nice", kinds[i].name);
		is(now.reset_on_fork, was->reset_on_fork,
		   "%s: attached, reset on fork", kinds[i].name);
		if (slices)
			is(now.slice_ns, 100 * US, "%s: attached, slice",
			   kinds[i].name);
	}
}

static void by_detach(const struct proc *p)
{
	uint32_t changed;
	int i;

	for (i = 0; i < KINDS; i++) {
		is(detach(proc_tid(p, i), &changed), 0, "%s: detach",
		   kinds[i].name);
		is(changed, 0, "%s: nobody has changed anything",
		   kinds[i].name);
	}
}

static void by_last_core(const struct proc *p)
{
	(void)p;
	core_del(2);
	core_del(3);
}

static void by_unload(const struct proc *p)
{
	(void)p;
	is(module_unload(), 0, "unload with threads attached");
}

static const struct way {
	const char *name;
	void (*leave)(const struct proc *p);
} ways[] = {
	{ "detach", by_detach },
	{ "last core removed", by_last_core },
	{ "unload", by_unload },
};

static void all_kinds(const struct way *way, enum task task)
{
	struct proc p = proc_start(KINDS, task);
	int i;

	module_need("turbo_cpus=" TURBO_CPUS);
	prepare(&p);
	for (i = 0; i < KINDS; i++)
		is(attach(proc_tid(&p, i), 0), 0, "%s: attach", kinds[i].name);
	attached_is_right(&p);
	way->leave(&p);
	for (i = 0; i < KINDS; i++)
		ok(attr_is(proc_tid(&p, i), &before[i], kinds[i].name),
		   "%s: restored by %s", kinds[i].name, way->name);
	if (module_loaded())
		is(rescues(), 0, "no thread waited without a timer");
	is(module_unload(), 0, "unload");
	proc_end(&p);
}

/*
 * A real-time thread has a slice, too, which shows when it becomes
 * SCHED_OTHER: sched_setscheduler() keeps it.
 */
static void slice_of_fifo(uint64_t slice_ns)
{
	struct attr attr = { .policy = SCHED_OTHER, .slice_ns = slice_ns };
	struct sched_param fifo = { .sched_priority = 5 };
	struct sched_param other = { 0 };
	struct proc p = proc_start(1, TASK_NAP);
	struct attr want;

	module_need("turbo_cpus=" TURBO_CPUS);
	if (!attr_slices()) {
		skip("no slices before 6.12", "slice of a FIFO thread");
		goto out;
	}
	attr_set(p.pid, &attr);
	attr_get(p.pid, &want);
	sched_setscheduler(p.pid, SCHED_FIFO, &fifo);
	is(attach(p.pid, 0), 0, "FIFO, slice %llu before: attach",
	   (unsigned long long)slice_ns);
	is(detach(p.pid, NULL), 0, "FIFO, slice %llu before: detach",
	   (unsigned long long)slice_ns);
	sched_setscheduler(p.pid, SCHED_OTHER, &other);
	ok(attr_is(p.pid, &want, "FIFO to OTHER"),
	   "FIFO, slice %llu before: has it as SCHED_OTHER",
	   (unsigned long long)slice_ns);
out:
	is(module_unload(), 0, "unload");
	proc_end(&p);
}

int main(void)
{
	unsigned int i;

	tap_start();
	all_kinds(&ways[0], TASK_BLOCK);
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		all_kinds(&ways[i], TASK_NAP);
	slice_of_fifo(0);
	slice_of_fifo(3 * MS);
	return tap_end();
}
