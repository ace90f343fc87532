// SPDX-License-Identifier: GPL-2.0
/* refusal.c - calls that must fail, and change nothing */
#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "module.h"
#include "syscall.h"
#include "tap.h"
#include "tests.h"

/* What a refused call must leave alone. */
struct state {
	long policy;
	long priority;
	struct attr attr;
	cpu_set_t cpus;
};

static struct state state_of_self(void)
{
	struct state s;

	memset(&s, 0, sizeof(s));
	s.policy = getscheduler(X64, 0);
	s.priority = getparam(X64, 0);
	getattr(X64, 0, &s.attr);
	sched_getaffinity(0, sizeof(s.cpus), &s.cpus);
	return s;
}

static struct state was;

static const struct attr deadline = {
	.policy = DEADLINE,
	.runtime = 50000000,
	.deadline = 100000000,
	.period = 100000000,
};

/* A call has returned @got: it must be @want, and nothing must have changed. */
static void refused(long got, long want, const char *what)
{
	struct state s = state_of_self();

	is(got, want, "%s is refused", what);
	ok(!memcmp(&s, &was, sizeof(s)), "%s changes nothing", what);
}

static long attr_with(enum abi abi, struct attr attr)
{
	attr.size = sizeof(attr);
	return setattr(abi, 0, &attr);
}

static void bad_turbo(enum abi abi)
{
	unsigned long p = (unsigned long)low, bad = (unsigned long)nowhere;
	struct attr *a = (struct attr *)low;

	refused(setscheduler(abi, 0, TURBO, 1), -EINVAL, "priority 1");
	refused(setscheduler(abi, 0, TURBO, -1), -EINVAL, "priority -1");
	refused(setscheduler(abi, -1, TURBO, 0), -EINVAL, "thread -1");
	refused(setscheduler(abi, 0x3fffffff, TURBO, 0), -ESRCH, "no thread");
	refused(call(abi, SETSCHEDULER, 0, TURBO, 0, 0), -EINVAL,
		"setscheduler of NULL");
	refused(call(abi, SETSCHEDULER, 0, TURBO, bad, 0), -EFAULT,
		"setscheduler of a bad pointer");
	refused(setscheduler(abi, 0, TURBO | 0x20000000, 0), -EINVAL,
		"a policy with an unknown bit");

	refused(attr_with(abi, (struct attr){ .policy = TURBO, .priority = 1 }),
		-EINVAL, "setattr with a priority");
	refused(setslice(abi, 0, TURBO, SCHED_TURBO_SLICE_MIN_NS - 1), -EINVAL,
		"a slice too short");
	refused(setslice(abi, 0, TURBO, SCHED_TURBO_SLICE_MAX_NS + 1), -EINVAL,
		"a slice too long");
	refused(setslice(abi, 0, TURBO, -1ULL), -EINVAL, "a huge slice");
	refused(attr_with(abi, (struct attr){ .policy = TURBO, .flags = 0x80 }),
		-EINVAL, "an unknown flag");
	refused(attr_with(abi, (struct attr){ .policy = TURBO,
					      .flags = 1ULL << 63 }),
		-EINVAL, "an unknown high flag");
	refused(attr_with(abi, (struct attr){ .policy = TURBO,
					      .flags = 0x10000000 }),
		-EINVAL, "a flag of the kernel's own");
	refused(attr_with(abi, (struct attr){ .policy = TURBO | RESET_ON_FORK }),
		-EINVAL, "setattr with SCHED_RESET_ON_FORK in the policy");

	refused(call(abi, SETATTR, 0, 0, 0, 0), -EINVAL, "setattr of NULL");
	refused(call(abi, SETATTR, 0, bad, 0, 0), -EFAULT,
		"setattr of a bad pointer");
	memset(low, 0, LOW_SIZE);
	*a = (struct attr){ .size = sizeof(*a), .policy = TURBO };
	refused(call(abi, SETATTR, 0, p, 1, 0), -EINVAL,
		"setattr with a flag argument");
	*a = (struct attr){ .size = sizeof(*a), .policy = TURBO };
	refused(call(abi, SETATTR, -1, p, 0, 0), -EINVAL,
		"setattr of thread -1");
	*a = (struct attr){ .size = sizeof(*a), .policy = TURBO };
	refused(call(abi, SETATTR, 0x3fffffff, p, 0, 0), -ESRCH,
		"setattr of no thread");
	*a = (struct attr){ .size = ATTR_SIZE_VER0, .policy = TURBO,
			    .flags = FLAG_UTIL_MIN };
	refused(call(abi, SETATTR, 0, p, 0, 0), -EINVAL,
		"a clamp in a structure without");
	/* only half of the structure can be read */
	a = (struct attr *)((char *)nowhere - 24);
	memcpy(a, &(struct attr){ .size = 56, .policy = TURBO }, 24);
	refused(call(abi, SETATTR, 0, (unsigned long)a, 0, 0), -EFAULT,
		"half a structure");
}

static void bad_size(enum abi abi, unsigned int size, unsigned int nonzero)
{
	struct attr *a = (struct attr *)low;
	uint32_t answer;
	long ret;

	memset(low, 0, LOW_SIZE);
	a->size = size;
	a->policy = TURBO;
	if (nonzero)
		low[nonzero] = 1;
	ret = call(abi, SETATTR, 0, (unsigned long)low, 0, 0);
	answer = a->size;
	is(answer, sizeof(*a), "setattr of size %u: the right one is written",
	   size);
	refused(ret, -E2BIG, "a bad size");
}

static void bad_other(enum abi abi)
{
	refused(setscheduler(abi, 0, FIFO, 0), -EINVAL, "FIFO, priority 0");
	refused(setscheduler(abi, 0, FIFO, 100), -EINVAL, "FIFO, priority 100");
	refused(setscheduler(abi, 0, OTHER, 1), -EINVAL, "OTHER, priority 1");
	refused(setscheduler(abi, 0, 99, 0), -EINVAL, "policy 99");
	refused(setscheduler(abi, 0, 4, 0), -EINVAL, "policy 4");
	refused(setscheduler(abi, 0, -1, 0), -EINVAL, "policy -1");
	refused(setscheduler(abi, 0, DEADLINE, 0), -EINVAL,
		"DEADLINE by setscheduler");
	refused(setparam(abi, 0, 1), -EINVAL, "setparam(1)");
	refused(call(abi, SETSCHEDULER, 0, OTHER, 0, 0), -EINVAL,
		"OTHER with NULL");
	refused(call(abi, SETSCHEDULER, 0, OTHER, (unsigned long)nowhere, 0),
		-EFAULT, "OTHER with a bad pointer");
	refused(attr_with(abi, (struct attr){ .policy = 99 }), -EINVAL,
		"setattr of policy 99");
	refused(attr_with(abi, (struct attr){ .policy = FIFO }), -EINVAL,
		"setattr of FIFO, priority 0");
	refused(attr_with(abi, (struct attr){ .policy = OTHER, .flags = 0x80 }),
		-EINVAL, "OTHER with an unknown flag");
	refused(attr_with(abi, (struct attr){ .policy = -1 }), -EINVAL,
		"setattr of policy -1");
}

static int refusals(void *arg)
{
	enum abi abi = *(enum abi *)arg;
	unsigned long p = (unsigned long)low;

	for (int turbo = 0; turbo < 2; turbo++) {
		note("%s calls, the thread is %sSCHED_TURBO", abi_name[abi],
		     turbo ? "" : "not ");
		setscheduler(abi, 0, FIFO | RESET_ON_FORK, 3);
		if (turbo)
			setslice(abi, 0, TURBO, 400000);
		was = state_of_self();
		bad_turbo(abi);
		bad_size(abi, 1, 0);
		bad_size(abi, 47, 0);
		bad_size(abi, 57, 56);
		bad_size(abi, 4096, 4095);
		bad_size(abi, 4097, 0);
		bad_size(abi, -1, 0);
		if (turbo)
			bad_other(abi);
	}

	/*
	 * The kernel has no thread SCHED_DEADLINE that may not run everywhere,
	 * and a SCHED_TURBO one may not.
	 */
	refused(attr_with(abi, deadline), -EPERM,
		"DEADLINE straight from SCHED_TURBO");

	is(call(abi, GETATTR, 0, p, 47, 0), -EINVAL, "getattr of size 47");
	is(call(abi, GETATTR, 0, p, 4097, 0), -EINVAL, "getattr of size 4097");
	is(call(abi, GETATTR, 0, 0, 56, 0), -EINVAL, "getattr to NULL");
	is(call(abi, GETATTR, 0, (unsigned long)nowhere, 56, 0), -EFAULT,
	   "getattr to a bad pointer");
	is(call(abi, GETATTR, 0, p, 56, 2), -EINVAL, "getattr with a flag");
	is(call(abi, GETATTR, -1, p, 56, 0), -EINVAL, "getattr of thread -1");
	is(getscheduler(abi, -1), -EINVAL, "getscheduler of thread -1");
	is(getscheduler(abi, 0x3fffffff), -ESRCH, "getscheduler of no thread");
	return 0;
}

static int deadline_thread(void *arg)
{
	enum abi abi = *(enum abi *)arg;

	if (attr_with(abi, deadline)) {
		skip("cannot be had here", "a SCHED_DEADLINE thread");
		return 0;
	}
	is(setscheduler(abi, 0, TURBO, 0), -EOPNOTSUPP,
	   "a SCHED_DEADLINE thread is refused");
	is(getscheduler(abi, 0), DEADLINE, "it stays one");
	return 0;
}

static int no_core(void *arg)
{
	enum abi abi = *(enum abi *)arg;

	if (turbo_cores() != 1) {
		skip("not one turbo core", "no turbo core");
		return 0;
	}
	setscheduler(abi, 0, FIFO | RESET_ON_FORK, 3);
	is(turbo_core_remove(turbo_cpu()), 0, "the turbo core goes");
	was = state_of_self();
	refused(setscheduler(abi, 0, TURBO, 0), -ENODEV,
		"setscheduler without a turbo core");
	refused(setslice(abi, 0, TURBO, 200000), -ENODEV,
		"setattr without a turbo core");
	is(turbo_core_add(turbo_cpu()), 0, "the turbo core comes back");
	return 0;
}

void test_refusals(void)
{
	static int (* const tests[])(void *arg) = {
		refusals, deadline_thread, no_core,
	};

	for (enum abi abi = 0; abi < NR_ABIS; abi++)
		for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++)
			if (abi_works(abi) && in_child(tests[i], &abi))
				ok(false, "a test of %s calls ended badly",
				   abi_name[abi]);
}
