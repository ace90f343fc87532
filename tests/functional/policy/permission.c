// SPDX-License-Identifier: GPL-2.0
/*
 * permission.c - who may put whom under SCHED_TURBO
 *
 * The yardstick is SCHED_FIFO with priority 1: in each case both are tried,
 * and must be allowed or refused alike.
 */
#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "child.h"
#include "syscall.h"
#include "tap.h"
#include "tests.h"

struct trial {
	const char *name;
	unsigned long rtprio, nice;	/* limits of the caller */
	uid_t target_uid;		/* 0: root's; 1: the caller itself */
	unsigned long target_rtprio;	/* limit of another process */
	int from;			/* policy that the target has */
	int extra;			/* SCHED_RESET_ON_FORK */
	bool capable;
	long want;
};

#define SELF	1
#define FROM_TURBO	-1	/* the policy in question itself */

static const struct trial trials[] = {
	{ "itself without a limit", .target_uid = SELF, .want = -EPERM },
	{ "itself with a limit", .rtprio = 1, .target_uid = SELF },
	{ "itself, asking for reset-on-fork", .rtprio = 1, .target_uid = SELF,
	  .extra = RESET_ON_FORK },
	{ "itself, dropping reset-on-fork", .rtprio = 1, .target_uid = SELF,
	  .from = OTHER | RESET_ON_FORK, .want = -EPERM },
	{ "itself, keeping reset-on-fork", .rtprio = 1, .target_uid = SELF,
	  .from = OTHER | RESET_ON_FORK, .extra = RESET_ON_FORK },
	{ "itself from SCHED_BATCH", .rtprio = 1, .target_uid = SELF,
	  .from = BATCH },
	{ "itself from SCHED_IDLE", .rtprio = 1, .target_uid = SELF,
	  .from = IDLE, .want = -EPERM },
	{ "itself from SCHED_IDLE with RLIMIT_NICE", .rtprio = 1, .nice = 20,
	  .target_uid = SELF, .from = IDLE },
	{ "itself under it already, without a limit", .target_uid = SELF,
	  .from = FROM_TURBO },
	{ "its own other process without a limit", .rtprio = 1,
	  .target_uid = NOBODY, .want = -EPERM },
	{ "its own other process with a limit there", .target_uid = NOBODY,
	  .target_rtprio = 1 },
	{ "root's process", .rtprio = 1, .target_uid = 0, .target_rtprio = 1,
	  .want = -EPERM },
	{ "a third user's process", .rtprio = 1, .target_uid = NOBODY - 1,
	  .target_rtprio = 1, .want = -EPERM },
	{ "root's process under it already", .rtprio = 1, .target_uid = 0,
	  .target_rtprio = 1, .from = FROM_TURBO, .want = -EPERM },
	{ "a third user's process with CAP_SYS_NICE", .capable = true,
	  .target_uid = NOBODY - 1 },
	{ "root's process with CAP_SYS_NICE", .capable = true,
	  .target_uid = 0 },
};

struct job {
	const struct trial *trial;
	int policy;
	bool by_attr;
	pid_t target;
};

/* Become nobody, but keep CAP_SYS_NICE. */
static void become_capable(void)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = {
		{ 1U << CAP_SYS_NICE, 1U << CAP_SYS_NICE, 0 },
	};

	prctl(PR_SET_KEEPCAPS, 1);
	become(NOBODY, 0, 0);
	if (syscall(SYS_capset, &head, data))
		_exit(2);
}

static long apply(const struct job *job)
{
	const struct trial *t = job->trial;
	int priority = job->policy == FIFO;
	struct attr attr = {
		.size = sizeof(attr), .policy = job->policy,
		.priority = priority,
		.flags = t->extra ? FLAG_RESET : 0,
	};

	if (job->by_attr)
		return setattr(X64, job->target, &attr);
	return setscheduler(X64, job->target, job->policy | t->extra, priority);
}

/* In a process of its own: the status is the errno. */
static int try(void *arg)
{
	const struct job *job = arg;
	const struct trial *t = job->trial;

	if (t->target_uid == SELF && t->from == FROM_TURBO)
		setscheduler(X64, 0, job->policy, job->policy == FIFO);
	else if (t->target_uid == SELF && t->from)
		setscheduler(X64, 0, t->from, 0);
	if (t->capable)
		become_capable();
	else
		become(NOBODY, t->rtprio, t->nice);
	return -apply(job);
}

static void run(const struct trial *t)
{
	for (int by_attr = 0; by_attr < 2; by_attr++) {
		long got[2];

		for (int i = 0; i < 2; i++) {
			struct job job = { t, i ? TURBO : FIFO, by_attr, 0 };
			struct rlimit rl = { t->target_rtprio,
					     t->target_rtprio };
			long before = 0;

			if (t->target_uid != SELF) {
				job.target = child_start(t->target_uid);
				prlimit(job.target, RLIMIT_RTPRIO, &rl, NULL);
				if (t->from == FROM_TURBO)
					setscheduler(X64, job.target,
						     job.policy, !i);
				before = getscheduler(X64, job.target);
			}
			got[i] = -in_child(try, &job);
			if (job.target) {
				is(getscheduler(X64, job.target),
				   got[i] ? before : job.policy,
				   "%s, policy %#x: the target is as it should be",
				   t->name, job.policy);
				child_end(job.target);
			}
		}
		is(got[0], t->want, "%s for %s: SCHED_FIFO",
		   by_attr ? "setattr" : "setscheduler", t->name);
		is(got[1], t->want, "%s for %s: SCHED_TURBO the same",
		   by_attr ? "setattr" : "setscheduler", t->name);
	}
}

/* What is particular to a policy with a nice value, and leaving. */
static int unprivileged(void *arg)
{
	struct attr attr = { .size = sizeof(attr), .policy = TURBO };
	pid_t other = *(pid_t *)arg;

	become(NOBODY, 1, 0);
	attr.nice = -1;
	is(setattr(X64, 0, &attr), -EPERM, "nobody: setattr with nice -1");
	is(getscheduler(X64, 0), OTHER, "nothing has changed");
	attr.nice = 1;
	is(setattr(X64, 0, &attr), 0, "nobody: setattr with nice 1");
	is(getscheduler(X64, 0), TURBO, "it is SCHED_TURBO");
	attr.nice = 0;
	is(setattr(X64, 0, &attr), -EPERM, "nobody: setattr with nice 0 then");
	attr.flags = FLAG_KEEP_POLICY;
	is(setattr(X64, 0, &attr), -EPERM, "nobody: the same by KEEP_POLICY");
	attr.flags = FLAG_KEEP_PARAMS;
	is(setattr(X64, 0, &attr), 0, "nobody: KEEP_PARAMS doesn't care");
	is(getpriority(PRIO_PROCESS, 0), 1, "the nice value is 1");
	is(setslice(X64, 0, TURBO, 0), -EPERM, "nobody: a slice with nice 0");
	is(setscheduler(X64, 0, OTHER, 0), 0, "nobody: back to SCHED_OTHER");
	is(getscheduler(X64, 0), OTHER, "it is");
	is(setscheduler(X64, 0, TURBO, 0), 0, "nobody: SCHED_TURBO again");
	is(setscheduler(X64, 0, FIFO, 2), -EPERM, "nobody: FIFO over the limit");
	is(getscheduler(X64, 0), TURBO, "nothing has changed");
	is(setscheduler(X64, 0, FIFO, 1), 0, "nobody: FIFO within the limit");
	is(getscheduler(X64, 0), FIFO, "it is");

	is(getscheduler(X64, other), TURBO, "nobody sees root's SCHED_TURBO");
	is(getattr(X64, other, &attr), 0, "and its attributes");
	is(attr.runtime, 250000, "and its slice");
	is(setscheduler(X64, other, OTHER, 0), -EPERM,
	   "but cannot take it away");
	is(getscheduler(X64, other), TURBO, "nothing has changed");
	return 0;
}

void test_permissions(void)
{
	pid_t other;

	for (size_t i = 0; i < sizeof(trials) / sizeof(*trials); i++)
		run(&trials[i]);

	other = child_start(0);
	is(setslice(X64, other, TURBO, 250000), 0, "root's other process");
	is(in_child(unprivileged, &other), 0, "the unprivileged user");
	child_end(other);
}
