// SPDX-License-Identifier: GPL-2.0
/* attr.c - what the scheduler is told about a thread */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi.h"
#include "attr.h"
#include "tap.h"

#define RESET_ON_FORK	1ULL

/* The first version of struct sched_attr: libc may not have one. */
struct kernel_attr {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime;
	uint64_t deadline;
	uint64_t period;
};

static bool fair(int policy)
{
	return policy == SCHED_OTHER || policy == SCHED_BATCH ||
	       policy == SCHED_IDLE;
}

int attr_get(pid_t tid, struct attr *attr)
{
	struct kernel_attr k = { 0 };

	memset(attr, 0, sizeof(*attr));
	if (syscall(SYS_sched_getattr, tid, &k, sizeof(k), 0) ||
	    sched_getaffinity(tid, sizeof(attr->cpus), &attr->cpus))
		return -errno;
	attr->policy = k.policy;
	attr->priority = k.priority;
	attr->reset_on_fork = k.flags & RESET_ON_FORK;
	attr->slice_ns = fair(k.policy) ? k.runtime : 0;
	/* sched_getattr() does not tell it of a real-time thread */
	errno = 0;
	attr->nice = getpriority(PRIO_PROCESS, tid);
	return -errno;
}

int attr_set(pid_t tid, const struct attr *attr)
{
	struct kernel_attr k = {
		.size = sizeof(k),
		.policy = attr->policy,
		.flags = attr->reset_on_fork ? RESET_ON_FORK : 0,
		.nice = attr->nice,
		.priority = attr->priority,
		.runtime = fair(attr->policy) ? attr->slice_ns : 0,
	};

	return syscall(SYS_sched_setattr, tid, &k, 0) ? -errno : 0;
}

static bool equal(const char *what, const char *field, long long got,
		  long long want)
{
	if (got != want && what)
		note("%s: %s is %lld, not %lld", what, field, got, want);
	return got == want;
}

static unsigned long mask(const cpu_set_t *cpus)
{
	unsigned long bits = 0;
	unsigned int i;

	for (i = 0; i < 64; i++)
		if (CPU_ISSET(i, cpus))
			bits |= 1UL << i;
	return bits;
}

bool attr_same(const struct attr *got, const struct attr *want,
	       const char *what)
{
	bool same;

	same = equal(what, "policy", got->policy, want->policy);
	same &= equal(what, "nice", got->nice, want->nice);
	same &= equal(what, "priority", got->priority, want->priority);
	same &= equal(what, "reset_on_fork", got->reset_on_fork,
		      want->reset_on_fork);
	same &= equal(what, "slice", got->slice_ns, want->slice_ns);
	if (CPU_EQUAL(&got->cpus, &want->cpus))
		return same;
	if (what)
		note("%s: affinity is %#lx, not %#lx", what, mask(&got->cpus),
		     mask(&want->cpus));
	return false;
}

bool attr_is(pid_t tid, const struct attr *want, const char *what)
{
	struct attr got;
	int err = attr_get(tid, &got);

	if (err)
		note("%s: thread %d: %s", what, tid, strerror(-err));
	return !err && attr_same(&got, want, what);
}

bool attr_slices(void)
{
	struct sched_turbo_version v = { .size = sizeof(v) };

	return !abi_ioctl(SCHED_TURBO_IOC_VERSION, &v) &&
	       v.features & SCHED_TURBO_FEAT_CUSTOM_SLICE;
}

cpu_set_t cpus_parse(const char *list)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	while (*list) {
		char *end;
		unsigned long from = strtoul(list, &end, 10), to = from;

		if (*end == '-')
			to = strtoul(end + 1, &end, 10);
		for (; from <= to; from++)
			CPU_SET(from, &cpus);
		list = *end ? end + 1 : end;
	}
	return cpus;
}

int cpus_set(pid_t tid, const char *list)
{
	cpu_set_t cpus = cpus_parse(list);

	return sched_setaffinity(tid, sizeof(cpus), &cpus) ? -errno : 0;
}

bool cpus_are(pid_t tid, const char *list)
{
	cpu_set_t want = cpus_parse(list), got;

	return !sched_getaffinity(tid, sizeof(got), &got) &&
	       CPU_EQUAL(&want, &got);
}
