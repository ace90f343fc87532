// SPDX-License-Identifier: GPL-2.0
/*
 * get.c - the calls that read
 *
 * All of them ask the kernel first, so that arguments, permissions and
 * security modules are its business, and then put the answer right for
 * SCHED_TURBO threads.
 */
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/sched_turbo.h>
#include <uapi/linux/sched/types.h>

#include "attr.h"
#include "syscall.h"
#include "task.h"

/**
 * turbo_sched_getscheduler - sched_getscheduler(pid)
 * @call: the call
 *
 * Context: process context, no locks, may sleep.
 * Return: policy, perhaps with SCHED_RESET_ON_FORK, or -errno.
 */
long turbo_sched_getscheduler(const struct turbo_syscall *call)
{
	struct task_struct *p = turbo_task_get(call->args[0]);
	long ret = turbo_original(call);
	u64 slice_ns;

	if (p) {
		if (ret >= 0 && turbo_task_is_turbo(p, &slice_ns))
			ret = SCHED_TURBO | (ret & SCHED_RESET_ON_FORK);
		put_task_struct(p);
	}
	return ret;
}

/**
 * turbo_sched_getattr - sched_getattr(pid, attr, size, flags)
 * @call: the call
 *
 * Context: process context, no locks, may sleep.
 * Return: 0 or -errno.
 */
long turbo_sched_getattr(const struct turbo_syscall *call)
{
	struct sched_attr __user *uattr = (void __user *)call->args[1];
	struct task_struct *p = turbo_task_get(call->args[0]);
	long ret = turbo_original(call);
	u64 slice_ns;

	if (p) {
		if (!ret && turbo_task_is_turbo(p, &slice_ns))
			ret = turbo_attr_overwrite(uattr, slice_ns);
		put_task_struct(p);
	}
	return ret;
}

/**
 * turbo_sched_get_priority_max - sched_get_priority_max(policy)
 * @call: the call
 *
 * Context: process context, no locks, may sleep.
 * Return: 0 for SCHED_TURBO, else what the kernel says.
 */
long turbo_sched_get_priority_max(const struct turbo_syscall *call)
{
	return (int)call->args[0] == SCHED_TURBO ? 0 : turbo_original(call);
}

/**
 * turbo_sched_get_priority_min - sched_get_priority_min(policy)
 * @call: the call
 *
 * Context: process context, no locks, may sleep.
 * Return: 0 for SCHED_TURBO, else what the kernel says.
 */
long turbo_sched_get_priority_min(const struct turbo_syscall *call)
{
	return (int)call->args[0] == SCHED_TURBO ? 0 : turbo_original(call);
}
