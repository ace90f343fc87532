// SPDX-License-Identifier: GPL-2.0
/* setting.c - what the calls do when they succeed */
#include <errno.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "module.h"
#include "syscall.h"
#include "tap.h"
#include "tests.h"

#define CORE_SLICE	SCHED_TURBO_SLICE_DEFAULT_NS

static int nr_cpus_allowed(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? -1 : CPU_COUNT(&set);
}

static void is_turbo(enum abi abi, uint64_t slice, const char *what)
{
	struct attr attr;

	is(getscheduler(abi, 0), TURBO, "%s: policy", what);
	is(getattr(abi, 0, &attr), 0, "%s: sched_getattr", what);
	is(attr.policy, TURBO, "%s: sched_policy", what);
	is(attr.runtime, slice, "%s: sched_runtime is the slice", what);
	is(attr.priority, 0, "%s: sched_priority", what);
	is(getparam(abi, 0), 0, "%s: sched_getparam", what);
}

static int set_and_get(void *arg)
{
	enum abi abi = *(enum abi *)arg;
	const char *name = abi_name[abi];
	struct attr attr;
	int cpus = nr_cpus_allowed();

	note("%s calls", name);
	is(setscheduler(abi, 0, TURBO, 0), 0, "setscheduler(SCHED_TURBO)");
	is_turbo(abi, CORE_SLICE, "after setscheduler");
	ok(nr_cpus_allowed() < cpus, "it may run on turbo cores only");
	is(setscheduler(abi, 0, TURBO, 0), 0, "setscheduler again");
	is_turbo(abi, CORE_SLICE, "after setscheduler again");

	is(setslice(abi, 0, TURBO, 500000), 0, "setattr with a slice");
	is_turbo(abi, 500000, "after setattr");
	is(setparam(abi, 0, 0), 0, "setparam(0)");
	is_turbo(abi, 500000, "after setparam");
	is(setslice(abi, 0, TURBO, SCHED_TURBO_SLICE_MIN_NS), 0,
	   "setattr with the least slice");
	is(setslice(abi, 0, TURBO, SCHED_TURBO_SLICE_MAX_NS), 0,
	   "setattr with the greatest slice");
	is_turbo(abi, SCHED_TURBO_SLICE_MAX_NS, "after that");
	is(setslice(abi, 0, TURBO, 0), 0, "setattr with the core's slice");
	is_turbo(abi, CORE_SLICE, "after that");
	is(setslice(abi, 0, TURBO, 300000), 0, "setattr with a slice");
	is(setscheduler(abi, own_tid(), TURBO, 0), 0,
	   "setscheduler by thread id");
	is_turbo(abi, CORE_SLICE, "setscheduler takes the core's slice");

	getattr(abi, 0, &attr);
	attr.runtime = 200000;
	is(setattr(abi, 0, &attr), 0, "what getattr says can be set");
	is_turbo(abi, 200000, "after that");

	is(setscheduler(abi, 0, OTHER, 0), 0, "setscheduler(SCHED_OTHER)");
	is(getscheduler(abi, 0), OTHER, "that is what it is");
	is(nr_cpus_allowed(), cpus, "and may run where it could before");
	is(setslice(abi, 0, TURBO, 700000), 0, "setattr with a slice at once");
	is_turbo(abi, 700000, "after that");
	return 0;
}

/* What has become of the thread, for a failure's sake. */
static bool is_now(enum abi abi, int policy, int priority, int cpus)
{
	long is_policy = getscheduler(abi, 0), is_priority = getparam(abi, 0);
	int is_cpus = nr_cpus_allowed();

	if (is_policy == policy && is_priority == priority && is_cpus == cpus)
		return true;
	note("policy %#lx, priority %ld, %d CPUs; not %#x, %d, %d", is_policy,
	     is_priority, is_cpus, policy, priority, cpus);
	return false;
}

/* Did a call succeed? */
static bool done(long ret)
{
	if (ret)
		note("a call returned %ld", ret);
	return !ret;
}

static int leave_to(void *arg)
{
	static const struct { int policy, priority; } to[] = {
		{ OTHER, 0 }, { BATCH, 0 }, { IDLE, 0 }, { FIFO, 7 },
		{ RR, 8 }, { OTHER | RESET_ON_FORK, 0 },
		{ FIFO | RESET_ON_FORK, 9 },
	};
	enum abi abi = *(enum abi *)arg;
	int cpus = nr_cpus_allowed();
	struct attr attr;

	for (size_t from = 0; from < sizeof(to) / sizeof(*to); from++)
		for (size_t i = 0; i < sizeof(to) / sizeof(*to); i++) {
			int policy = to[i].policy, priority = to[i].priority;
			bool good;

			setscheduler(abi, 0, to[from].policy,
				     to[from].priority);
			good = done(setscheduler(abi, 0, TURBO, 0)) &&
			       done(getscheduler(abi, 0) - TURBO) &&
			       done(setscheduler(abi, 0, policy, priority)) &&
			       is_now(abi, policy, priority, cpus);
			ok(good, "%s: setscheduler %#x - SCHED_TURBO - %#x",
			   abi_name[abi], to[from].policy, policy);

			attr = (struct attr){
				.size = sizeof(attr),
				.policy = policy & ~RESET_ON_FORK,
				.flags = policy & RESET_ON_FORK ? FLAG_RESET : 0,
				.priority = priority,
			};
			good = done(setslice(abi, 0, TURBO, 0)) &&
			       done(getscheduler(abi, 0) - TURBO) &&
			       done(setattr(abi, 0, &attr)) &&
			       is_now(abi, policy, priority, cpus);
			ok(good, "%s: setattr %#x - SCHED_TURBO - %#x",
			   abi_name[abi], to[from].policy, policy);
		}
	return 0;
}

static int nice_value(void *arg)
{
	enum abi abi = *(enum abi *)arg;
	struct attr attr = {
		.size = sizeof(attr), .policy = TURBO, .nice = -3,
	};

	setpriority(PRIO_PROCESS, 0, 4);
	is(setscheduler(abi, 0, TURBO, 0), 0, "setscheduler at nice 4");
	is(getpriority(PRIO_PROCESS, 0), 4, "setscheduler keeps the nice value");
	is(setattr(abi, 0, &attr), 0, "setattr with nice -3");
	is(getpriority(PRIO_PROCESS, 0), -3, "setattr sets the nice value");
	setpriority(PRIO_PROCESS, 0, 6);
	is(getscheduler(abi, 0), TURBO, "setpriority leaves the policy");
	getattr(abi, 0, &attr);
	is(attr.nice, 6, "getattr gets the nice value");
	attr.policy = OTHER;
	attr.runtime = 0;
	attr.nice = 2;
	is(setattr(abi, 0, &attr), 0, "setattr(SCHED_OTHER) with nice 2");
	is(getpriority(PRIO_PROCESS, 0), 2, "and that it gets");
	return 0;
}

static int child_policy(void)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(getscheduler(X64, 0) == OTHER ? 0 : 1);
	waitpid(pid, &status, 0);
	return status;
}

static int reset_on_fork(void *arg)
{
	enum abi abi = *(enum abi *)arg;
	struct attr attr = {
		.size = sizeof(attr), .policy = TURBO, .flags = FLAG_RESET,
	};

	is(setscheduler(abi, 0, TURBO | RESET_ON_FORK, 0), 0,
	   "setscheduler(SCHED_TURBO | SCHED_RESET_ON_FORK)");
	is(getscheduler(abi, 0), TURBO | RESET_ON_FORK, "both are read back");
	is(child_policy(), 0, "a child is SCHED_OTHER without the flag");
	is(setparam(abi, 0, 0), 0, "setparam");
	is(getscheduler(abi, 0), TURBO | RESET_ON_FORK, "keeps the flag");
	is(setscheduler(abi, 0, TURBO, 0), 0, "setscheduler without it");
	is(getscheduler(abi, 0), TURBO, "takes it away");
	is(setattr(abi, 0, &attr), 0, "setattr with the flag");
	is(getscheduler(abi, 0), TURBO | RESET_ON_FORK, "sets it");
	attr.flags = FLAG_KEEP_POLICY;
	is(setattr(abi, 0, &attr), 0, "setattr(KEEP_POLICY) without the flag");
	is(getscheduler(abi, 0), TURBO | RESET_ON_FORK, "keeps it");
	is(getattr(abi, 0, &attr), 0, "getattr");
	is(attr.flags & FLAG_RESET, FLAG_RESET, "knows the flag");
	is(setscheduler(abi, 0, OTHER | RESET_ON_FORK, 0), 0,
	   "setscheduler(SCHED_OTHER) with the flag");
	is(getscheduler(abi, 0), OTHER | RESET_ON_FORK, "does what it says");
	return 0;
}

static int keep_flags(void *arg)
{
	enum abi abi = *(enum abi *)arg;
	struct attr attr = {
		.size = sizeof(attr), .policy = OTHER, .nice = 3,
		.flags = FLAG_KEEP_POLICY, .runtime = 400000,
	};

	setslice(abi, 0, TURBO, 600000);
	is(setattr(abi, 0, &attr), 0, "KEEP_POLICY");
	is_turbo(abi, 400000, "KEEP_POLICY sets the slice");
	is(getpriority(PRIO_PROCESS, 0), 3, "and the nice value");

	attr.flags = FLAG_KEEP_POLICY | FLAG_KEEP_PARAMS;
	attr.nice = 9;
	attr.runtime = 900000;
	is(setattr(abi, 0, &attr), 0, "KEEP_ALL");
	is_turbo(abi, 400000, "KEEP_ALL changes nothing");
	is(getpriority(PRIO_PROCESS, 0), 3, "nor the nice value");

	attr.flags = FLAG_KEEP_PARAMS;
	attr.policy = TURBO;
	is(setattr(abi, 0, &attr), 0, "KEEP_PARAMS with SCHED_TURBO");
	is_turbo(abi, 400000, "it keeps the slice");
	is(getpriority(PRIO_PROCESS, 0), 3, "and the nice value");

	/* To the kernel the policy is one of the parameters that are kept. */
	attr.policy = BATCH;
	is(setattr(abi, 0, &attr), 0, "KEEP_PARAMS with SCHED_BATCH");
	is_turbo(abi, 400000, "it keeps the policy, as all policies");

	setscheduler(abi, 0, OTHER, 0);
	attr.policy = TURBO;
	attr.flags = FLAG_KEEP_POLICY;
	attr.runtime = 0;
	is(setattr(abi, 0, &attr), 0, "KEEP_POLICY on a SCHED_OTHER thread");
	is(getscheduler(abi, 0), OTHER, "it stays one");
	attr.flags = FLAG_KEEP_PARAMS;
	is(setattr(abi, 0, &attr), 0, "KEEP_PARAMS on a SCHED_OTHER thread");
	is_turbo(abi, CORE_SLICE, "SCHED_TURBO with KEEP_PARAMS");
	is(getpriority(PRIO_PROCESS, 0), 9, "and its nice value");
	return 0;
}

static int sizes(void *arg)
{
	static const unsigned int good[] = { 0, 48, 49, 56, 57, 64, 4096 };
	enum abi abi = *(enum abi *)arg;
	unsigned long p = (unsigned long)low;

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct attr *a = (struct attr *)low;

		for (size_t n = 0; n < LOW_SIZE; n++)
			low[n] = 0;
		a->size = good[i];
		a->policy = TURBO;
		a->runtime = 200000 + i;
		is(call(abi, SETATTR, 0, p, 0, 0), 0, "setattr of size %u",
		   good[i]);
		is_turbo(abi, 200000 + i, "after that");
		if (!good[i])
			continue;
		for (size_t n = 0; n < LOW_SIZE; n++)
			low[n] = 0xff;
		is(call(abi, GETATTR, 0, p, good[i], 0), 0,
		   "getattr of size %u", good[i]);
		is(a->policy, TURBO, "it has the policy");
		is(a->runtime, 200000 + i, "and the slice");
	}
	return 0;
}

static int clamps(void *arg)
{
	enum abi abi = *(enum abi *)arg;
	struct attr attr = {
		.size = sizeof(attr), .policy = TURBO,
		.flags = FLAG_UTIL_MIN | FLAG_UTIL_MAX,
		.util_min = 100, .util_max = 900,
	};
	long ret = setattr(abi, 0, &attr);

	if (ret == -EOPNOTSUPP) {
		is(getscheduler(abi, 0), OTHER,
		   "no utilization clamps here: nothing has changed");
		setslice(abi, 0, TURBO, 500000);
		attr.runtime = 600000;
		is(setattr(abi, 0, &attr), -EOPNOTSUPP, "nor with SCHED_TURBO");
		is_turbo(abi, 500000, "after that");
		return 0;
	}
	is(ret, 0, "setattr with utilization clamps");
	is_turbo(abi, CORE_SLICE, "after that");
	getattr(abi, 0, &attr);
	is(attr.util_min, 100, "sched_util_min");
	is(attr.util_max, 900, "sched_util_max");
	attr.flags = FLAG_KEEP_POLICY | FLAG_KEEP_PARAMS | FLAG_UTIL_MIN;
	attr.util_min = 200;
	is(setattr(abi, 0, &attr), 0, "setattr with KEEP_ALL and a clamp");
	is_turbo(abi, CORE_SLICE, "after that");
	getattr(abi, 0, &attr);
	is(attr.util_min, 200, "the clamp is set");
	attr.flags = FLAG_UTIL_MIN;
	attr.util_min = 1000;
	attr.runtime = 500000;
	is(setattr(abi, 0, &attr), -EINVAL, "setattr with a wrong clamp");
	is_turbo(abi, CORE_SLICE, "it has changed nothing");
	setscheduler(abi, 0, OTHER, 0);
	is(setattr(abi, 0, &attr), -EINVAL, "the same on SCHED_OTHER");
	is(getscheduler(abi, 0), OTHER, "it has changed nothing");
	return 0;
}

static int priorities(void *arg)
{
	enum abi abi = *(enum abi *)arg;

	is(call(abi, PRIORITY_MAX, TURBO, 0, 0, 0), 0, "get_priority_max");
	is(call(abi, PRIORITY_MIN, TURBO, 0, 0, 0), 0, "get_priority_min");
	return 0;
}

void test_setting(void)
{
	static int (* const tests[])(void *arg) = {
		set_and_get, leave_to, nice_value, reset_on_fork, keep_flags,
		sizes, clamps, priorities,
	};

	for (enum abi abi = 0; abi < NR_ABIS; abi++) {
		if (!abi_works(abi)) {
			skip("no such calls here", "%s calls", abi_name[abi]);
			continue;
		}
		for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++)
			if (in_child(tests[i], &abi))
				ok(false, "a test of %s calls ended badly",
				   abi_name[abi]);
	}
}
