// SPDX-License-Identifier: GPL-2.0
/*
 * set.c - the calls that write
 *
 * A request for another policy is the kernel's.  If it succeeds and the
 * thread is a SCHED_TURBO one, the thread leaves SCHED_TURBO and the request
 * is made once more: what leaving gave back (the policy from before, say) must
 * not win over what was asked for.  A request that the kernel refuses changes
 * nothing, then, and the kernel alone judges it.
 *
 * A request for SCHED_TURBO is judged here, by the kernel's rules.  The parts
 * that any fair thread has (reset-on-fork, nice value, utilization clamps)
 * are then set by the kernel's own functions.
 */
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/prio.h>
#include <linux/sched/task.h>
#include <linux/uaccess.h>
#include <linux/sched_turbo.h>
#include <uapi/linux/sched/types.h>

#include "api.h"
#include "attr.h"
#include "permission.h"
#include "syscall.h"
#include "task.h"

/*
 * Keeps apart entering and leaving SCHED_TURBO, so that a request which fails
 * takes back no more than it did itself.
 */
static DEFINE_MUTEX(set_mutex);

/*
 * Take @p out of SCHED_TURBO.  @was: it was under it before the request, so that
 * somebody else may be taking it out: sched_turbo.ko itself does, when it sees a
 * policy that is not a fair one.  Returns false if it was not under it.
 * Context: process context, no locks, may sleep.
 */
static bool leave(struct task_struct *p, bool was)
{
	u64 slice_ns;
	bool left;

	/* The usual case, and then nobody has to wait. */
	if (!was && !sched_turbo_task_query(p, &slice_ns))
		return false;
	mutex_lock(&set_mutex);
	left = sched_turbo_task_query(p, &slice_ns) &&
	       !sched_turbo_detach_task(p);
	mutex_unlock(&set_mutex);
	if (!left && was)
		sched_turbo_task_settle();
	return left || was;
}

/*
 * Hand a request for another policy to the kernel.  It is repeated as often as
 * the thread had to be taken out of SCHED_TURBO: somebody may put it back at
 * the same time, and then the order of the two is that of their last steps.
 *
 * The kernel's body reads user memory, which can take for ever: not under
 * set_mutex.
 *
 * Context: process context, no locks, may sleep.
 */
static long set_other(const struct turbo_syscall *call)
{
	struct task_struct *p = turbo_task_get(call->args[0]);
	u64 slice_ns;
	bool was = p && sched_turbo_task_query(p, &slice_ns);
	long ret = turbo_original(call);

	if (p) {
		while (!ret && leave(p, was)) {
			was = false;
			ret = turbo_original(call);
		}
		put_task_struct(p);
	}
	return ret;
}

/*
 * Set what a SCHED_TURBO thread has in common with other fair threads, but
 * for the nice value.
 *
 * With SCHED_FLAG_KEEP_PARAMS and the policy that the thread has, the kernel
 * touches nothing but the reset-on-fork flag and the clamps; in particular
 * not the slice, which is the affair of sched_turbo.ko.
 *
 * Context: process context, set_mutex held, may sleep.
 */
static int set_common(struct task_struct *p, const struct sched_attr *attr)
{
	const struct sched_attr common = {
		.size = sizeof(common),
		.sched_policy = READ_ONCE(p->policy),
		.sched_flags = SCHED_FLAG_KEEP_PARAMS |
			       (attr->sched_flags & (SCHED_FLAG_RESET_ON_FORK |
						     SCHED_FLAG_UTIL_CLAMP)),
		.sched_nice = task_nice(p),
		.sched_util_min = attr->sched_util_min,
		.sched_util_max = attr->sched_util_max,
	};

	return sched_setattr_nocheck(p, &common);
}

/*
 * Put @p under SCHED_TURBO, or change it there.
 * Context: process context, set_mutex held, may sleep.
 */
static int set_turbo_locked(struct task_struct *p,
			    const struct sched_attr *attr)
{
	bool keep_slice = attr->sched_flags & SCHED_FLAG_KEEP_PARAMS;
	u64 slice_ns = keep_slice ? 0 : attr->sched_runtime;
	u64 old_slice_ns;
	int ret;

	if (turbo_task_is_turbo(p, &old_slice_ns)) {
		ret = set_common(p, attr);
		if (!ret && !keep_slice)
			ret = sched_turbo_attach_task(p, slice_ns, true);
	} else {
		/* Attached, but given another policy inside the kernel? */
		if (sched_turbo_task_query(p, &old_slice_ns))
			sched_turbo_detach_task(p);
		ret = sched_turbo_attach_task(p, slice_ns, true);
		if (ret)
			return ret;
		ret = set_common(p, attr);
		if (ret)
			sched_turbo_detach_task(p);
	}
	if (!ret)
		set_user_nice(p, attr->sched_nice);
	return ret;
}

/*
 * A request for SCHED_TURBO.  @attr->sched_nice is valid even if the caller
 * wants to keep its parameters.
 * Context: process context, no locks, may sleep.
 */
static int set_turbo(struct task_struct *p, const struct sched_attr *attr,
		     bool is_turbo)
{
	int ret;

	if (attr->sched_flags & ~(u64)SCHED_FLAG_ALL || attr->sched_priority)
		return -EINVAL;
	if (!(attr->sched_flags & SCHED_FLAG_KEEP_PARAMS) &&
	    attr->sched_runtime &&
	    (attr->sched_runtime < SCHED_TURBO_SLICE_MIN_NS ||
	     attr->sched_runtime > SCHED_TURBO_SLICE_MAX_NS))
		return -EINVAL;

	ret = turbo_permission_check(p, attr, is_turbo);
	if (ret)
		return ret;

	mutex_lock(&set_mutex);
	ret = set_turbo_locked(p, attr);
	mutex_unlock(&set_mutex);
	return ret;
}

/**
 * turbo_sched_setscheduler - sched_setscheduler(pid, policy, param)
 * @call: the call
 *
 * Context: process context, no locks, may sleep.
 * Return: 0 or -errno.
 */
long turbo_sched_setscheduler(const struct turbo_syscall *call)
{
	const struct sched_param __user *uparam = (void __user *)call->args[2];
	struct sched_attr attr = { .size = sizeof(attr) };
	int policy = call->args[1];
	struct sched_param param;
	struct task_struct *p;
	u64 slice_ns;
	int ret;

	if (policy < 0 || (policy & ~SCHED_RESET_ON_FORK) != SCHED_TURBO)
		return set_other(call);

	/* What is wrong whatever the policy is gets the kernel's answer. */
	if (!uparam || copy_from_user(&param, uparam, sizeof(param)))
		return turbo_original(call);
	p = turbo_task_get(call->args[0]);
	if (!p)
		return turbo_original(call);

	attr.sched_priority = param.sched_priority;
	attr.sched_nice = task_nice(p);
	if (policy & SCHED_RESET_ON_FORK)
		attr.sched_flags |= SCHED_FLAG_RESET_ON_FORK;
	ret = set_turbo(p, &attr, turbo_task_is_turbo(p, &slice_ns));
	put_task_struct(p);
	return ret;
}

/*
 * sched_setattr() for SCHED_TURBO, or for whatever a thread's policy is: that
 * is none of our business unless it is SCHED_TURBO.
 * Context: process context, no locks, may sleep.
 */
static long setattr_turbo(const struct turbo_syscall *call)
{
	struct sched_attr __user *uattr = (void __user *)call->args[1];
	struct sched_attr attr;
	struct task_struct *p;
	bool is_turbo;
	u64 slice_ns;
	long ret;

	if (turbo_attr_read(uattr, &attr))
		return turbo_original(call);
	p = turbo_task_get(call->args[0]);
	if (!p)
		return turbo_original(call);
	is_turbo = turbo_task_is_turbo(p, &slice_ns);

	if (attr.sched_flags & SCHED_FLAG_KEEP_PARAMS)
		attr.sched_nice = task_nice(p);
	if (attr.sched_flags & SCHED_FLAG_KEEP_POLICY) {
		/* Reset-on-fork goes with the policy. */
		attr.sched_flags &= ~(u64)SCHED_FLAG_RESET_ON_FORK;
		if (p->sched_reset_on_fork)
			attr.sched_flags |= SCHED_FLAG_RESET_ON_FORK;
	}

	if ((attr.sched_flags & SCHED_FLAG_KEEP_POLICY) && !is_turbo)
		ret = turbo_original(call);
	else
		ret = set_turbo(p, &attr, is_turbo);
	put_task_struct(p);
	return ret;
}

/**
 * turbo_sched_setattr - sched_setattr(pid, attr, flags)
 * @call: the call
 *
 * Context: process context, no locks, may sleep.
 * Return: 0 or -errno.
 */
long turbo_sched_setattr(const struct turbo_syscall *call)
{
	struct sched_attr __user *uattr = (void __user *)call->args[1];
	u64 flags;
	u32 policy;

	/* What is wrong whatever the policy is gets the kernel's answer. */
	if (!uattr || (unsigned int)call->args[2] ||
	    turbo_attr_peek(uattr, &policy, &flags) || (int)policy < 0)
		return turbo_original(call);

	switch (flags & SCHED_FLAG_KEEP_ALL) {
	case SCHED_FLAG_KEEP_ALL:
		/* Only the clamps can change. */
		return turbo_original(call);
	case SCHED_FLAG_KEEP_POLICY:
		return setattr_turbo(call);
	case SCHED_FLAG_KEEP_PARAMS:
		/* To the kernel the policy is one of the parameters. */
		return policy == SCHED_TURBO ? setattr_turbo(call) :
					       turbo_original(call);
	default:
		return policy == SCHED_TURBO ? setattr_turbo(call) :
					       set_other(call);
	}
}
