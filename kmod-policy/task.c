// SPDX-License-Identifier: GPL-2.0
/*
 * task.c - the thread that a call is about
 */
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched/task.h>

#include "api.h"
#include "task.h"

/**
 * turbo_task_get - find a thread as the sched_*() system calls do
 * @pid: thread id in the caller's PID namespace, 0 for the caller
 *
 * Context: process context, takes the RCU read lock.
 * Return: the thread, to be given back by put_task_struct(), or NULL.
 */
struct task_struct *turbo_task_get(pid_t pid)
{
	struct task_struct *p;

	if (pid < 0)
		return NULL;
	rcu_read_lock();
	p = pid ? pid_task(find_vpid(pid), PIDTYPE_PID) : current;
	if (p)
		get_task_struct(p);
	rcu_read_unlock();
	return p;
}

/*
 * Has @p one of the policies that an attached thread can have?
 * Context: any; the answer can be out of date at once.
 */
static bool is_fair(const struct task_struct *p)
{
	int policy = READ_ONCE(p->policy);

	return policy == SCHED_NORMAL || policy == SCHED_BATCH ||
	       policy == SCHED_IDLE;
}

/**
 * turbo_task_is_turbo - is SCHED_TURBO the policy of a thread
 * @p: the thread
 * @slice_ns: out: its slice
 *
 * An attached thread to which something in the kernel has since given, say, a
 * real-time policy is what the kernel made it.
 *
 * Context: process context.
 * Return: true if it is.
 */
bool turbo_task_is_turbo(struct task_struct *p, u64 *slice_ns)
{
	return sched_turbo_task_query(p, slice_ns) && is_fair(p);
}
