// SPDX-License-Identifier: GPL-2.0
/*
 * permission.c - who may put whom under SCHED_TURBO
 *
 * The rules are those of user_check_sched_setscheduler() for SCHED_FIFO with
 * the lowest priority, and of the fair policies where it is about the nice
 * value, which a SCHED_TURBO thread has as well.  A security module is asked
 * by the same function as for every other policy.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/sched.h>
#include <linux/sched/prio.h>
#include <linux/sched/signal.h>
#include <linux/security.h>
#include <uapi/linux/sched/types.h>

#include "kernel.h"
#include "permission.h"

static int turbo_ask_nobody(struct task_struct *p)
{
	return -EPERM;
}

DEFINE_STATIC_CALL(turbo_ask_security, turbo_ask_nobody);

/* Without security modules the header makes the hook the capability check. */
#ifdef CONFIG_SECURITY
#define SETSCHEDULER_HOOK	"security_task_setscheduler"
#else
#define SETSCHEDULER_HOOK	"cap_task_setscheduler"
#endif

/**
 * turbo_permission_init - find the security hook
 *
 * Context: process context, no locks, may sleep.
 * Return: 0 or what turbo_target_resolve() says.
 */
int turbo_permission_init(void)
{
	static const struct turbo_target hook = {
		.symbol = SETSCHEDULER_HOOK,
		.key = &STATIC_CALL_KEY(turbo_ask_security),
		.tramp = STATIC_CALL_TRAMP_ADDR(turbo_ask_security),
	};

	return turbo_target_resolve(&hook);
}

/*
 * May @p have that nice value by its RLIMIT_NICE?
 * Context: process context.
 */
static bool nice_within_limit(struct task_struct *p, int nice)
{
	return nice_to_rlimit(nice) <= task_rlimit(p, RLIMIT_NICE);
}

/*
 * Is @p the caller's own?
 * Context: process context, takes the RCU read lock.
 */
static bool same_owner(struct task_struct *p)
{
	const struct cred *cred = current_cred(), *pcred;
	bool same;

	rcu_read_lock();
	pcred = __task_cred(p);
	same = uid_eq(cred->euid, pcred->euid) ||
	       uid_eq(cred->euid, pcred->uid);
	rcu_read_unlock();
	return same;
}

/*
 * Does the request take CAP_SYS_NICE?
 * Context: process context.
 */
static bool needs_capability(struct task_struct *p,
			     const struct sched_attr *attr, bool is_turbo)
{
	if (attr->sched_nice < task_nice(p) &&
	    !nice_within_limit(p, attr->sched_nice))
		return true;

	if (!is_turbo) {
		/* As for a real-time policy; the least priority will do. */
		if (!task_rlimit(p, RLIMIT_RTPRIO))
			return true;
		/* SCHED_IDLE counts as nice 20. */
		if (p->policy == SCHED_IDLE &&
		    !nice_within_limit(p, task_nice(p)))
			return true;
	}

	if (!same_owner(p))
		return true;

	return p->sched_reset_on_fork &&
	       !(attr->sched_flags & SCHED_FLAG_RESET_ON_FORK);
}

/**
 * turbo_permission_check - may the caller do that
 * @p: thread to put under SCHED_TURBO, or to change under it
 * @attr: what it is to get; SCHED_FLAG_RESET_ON_FORK and nice value count
 * @is_turbo: it is a SCHED_TURBO thread already
 *
 * Context: process context, no locks, may sleep.
 * Return: 0, -EPERM, or what a security module says.
 */
int turbo_permission_check(struct task_struct *p,
			   const struct sched_attr *attr, bool is_turbo)
{
	if (needs_capability(p, attr, is_turbo) && !capable(CAP_SYS_NICE))
		return -EPERM;
	return static_call(turbo_ask_security)(p);
}
