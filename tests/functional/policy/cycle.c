// SPDX-License-Identifier: GPL-2.0
/*
 * cycle.c - loading and unloading while the calls are in use
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "child.h"
#include "module.h"
#include "syscall.h"
#include "tap.h"
#include "tests.h"

#define MAX_CALLERS	16

static atomic_bool stop;
static atomic_long nr_calls, nr_turbo, nr_wrong;
static pid_t tids[MAX_CALLERS];
static int nr_callers;

static void wrong(const char *what, long ret)
{
	if (atomic_fetch_add(&nr_wrong, 1) < 10)
		note("%s returned %ld", what, ret);
}

/*
 * One caller after the other is put under SCHED_TURBO and taken back, by itself
 * and by its neighbour, with structures of their own: "low" is for one thread.
 */
static void *caller(void *arg)
{
	int me = (long)arg;
	struct attr attr = { .size = sizeof(attr), .policy = TURBO };
	int priority = 0;

	tids[me] = own_tid();
	for (int round = 0; !atomic_load(&stop); round++) {
		pid_t pid = round & 4 ? tids[(me + 1) % nr_callers] : 0;
		long ret;

		if (round & 1)
			ret = call(X64, SETSCHEDULER, pid, TURBO,
				   (unsigned long)&priority, 0);
		else
			ret = call(X64, SETATTR, pid, (unsigned long)&attr,
				   0, 0);
		/* EINVAL while the patch is not in force for this thread */
		if (!ret)
			atomic_fetch_add(&nr_turbo, 1);
		else if (ret != -EINVAL && ret != -ESRCH)
			wrong("SCHED_TURBO", ret);

		ret = getscheduler(X64, pid);
		if (ret != TURBO && ret != OTHER && ret != -ESRCH)
			wrong("getscheduler", ret);
		/* leave some time to whoever has to patch */
		usleep(round % 5 * 200);
		ret = call(X64, SETSCHEDULER, pid, OTHER,
			   (unsigned long)&priority, 0);
		if (ret && ret != -ESRCH)
			wrong("SCHED_OTHER", ret);
		atomic_fetch_add(&nr_calls, 3);
	}
	return NULL;
}

static int run_cycles(void *arg)
{
	int cycles = *(int *)arg;
	pthread_t thread[MAX_CALLERS];
	int loaded = 0, unloaded = 0;

	for (long i = 0; i < nr_callers; i++)
		if (pthread_create(&thread[i], NULL, caller, (void *)i))
			return 1;
	for (int i = 0; i < cycles; i++) {
		/* half of them turn round in the middle of the transition */
		loaded += !policy_load(!(i & 1));
		if (!(i & 1))
			usleep(300000);
		unloaded += !policy_unload();
	}
	atomic_store(&stop, true);
	for (int i = 0; i < nr_callers; i++)
		pthread_join(thread[i], NULL);
	is(loaded, cycles, "loaded %d times while %d threads make calls",
	   cycles, nr_callers);
	is(unloaded, cycles, "and unloaded as often");
	is(nr_wrong, 0, "no call went wrong");
	ok(nr_turbo || !nr_callers, "some were for SCHED_TURBO");
	note("%ld calls, %ld of them for SCHED_TURBO", nr_calls, nr_turbo);
	return 0;
}

/* Threads that are SCHED_TURBO when the policy number goes and comes back. */
static void number_goes(void)
{
	pid_t pid = child_start(0);
	struct attr attr;

	is(policy_load(true), 0, "loaded once more");
	is(setslice(X64, pid, TURBO, 400000), 0, "a thread is SCHED_TURBO");
	is(policy_unload(), 0, "unloaded while it is");
	is(getscheduler(X64, pid), OTHER, "now the number is unknown");
	is(policy_load(true), 0, "loaded again");
	is(getscheduler(X64, pid), TURBO, "the number is back");
	is(getattr(X64, pid, &attr), 0, "getattr");
	is(attr.runtime, 400000, "and so is the slice");
	is(setscheduler(X64, pid, OTHER, 0), 0, "and it can be taken back");
	child_end(pid);
	is(policy_unload(), 0, "unloaded");
}

void test_cycles(int cycles, int callers)
{
	nr_callers = callers < MAX_CALLERS ? callers : MAX_CALLERS;
	is(in_child(run_cycles, &cycles), 0, "cycles of loading");
	number_goes();
}

void test_gone(const char *when)
{
	static const char * const entries[] = {
		"sys_sched_setscheduler", "sys_sched_setattr",
		"sys_sched_getscheduler", "sys_sched_getattr",
		"sys_sched_get_priority_m",
	};
	struct attr attr = { .size = sizeof(attr), .policy = TURBO };

	is(setscheduler(X64, 0, TURBO, 0), -EINVAL,
	   "%s: SCHED_TURBO is no policy", when);
	is(setattr(X64, 0, &attr), -EINVAL, "%s: nor by setattr", when);
	is(call(X64, PRIORITY_MAX, TURBO, 0, 0, 0), -EINVAL,
	   "%s: nor has it a priority", when);
	ok(!module_is_loaded("sched_turbo_policy"), "%s: no module", when);
	ok(access("/sys/kernel/livepatch/sched_turbo_policy", F_OK),
	   "%s: no livepatch", when);
	for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++) {
		ok(!file_has("/sys/kernel/tracing/enabled_functions",
			     entries[i]),
		   "%s: %s is not traced", when, entries[i]);
		ok(!file_has("/sys/kernel/debug/kprobes/list", entries[i]),
		   "%s: %s has no probe", when, entries[i]);
	}
}
