/* SPDX-License-Identifier: GPL-2.0 */
/*
 * api.h - what sched_turbo.ko offers to other modules
 *
 * sched_turbo_policy.ko, which teaches the system calls the policy number,
 * is the one user.
 */
#ifndef SCHED_TURBO_API_H
#define SCHED_TURBO_API_H

#include <linux/types.h>

struct task_struct;

/**
 * sched_turbo_attach_task - put a thread under SCHED_TURBO
 * @p: the thread; the caller holds a reference
 * @slice_ns: its own slice, or 0 for that of its core
 * @update: if it is attached already, set its slice instead of refusing
 *
 * Permissions are the caller's business.
 *
 * Context: task context, may sleep.
 * Return: 0, or an error as of SCHED_TURBO_IOC_ATTACH.
 */
int sched_turbo_attach_task(struct task_struct *p, u64 slice_ns, bool update);

/**
 * sched_turbo_detach_task - give a thread back what it was
 * @p: the thread; the caller holds a reference
 *
 * Context: task context, may sleep.
 * Return: 0, or -ENOENT if it is not attached.
 */
int sched_turbo_detach_task(struct task_struct *p);

/**
 * sched_turbo_task_query - is a thread under SCHED_TURBO?
 * @p: the thread
 * @slice_ns: out, if so: slice in force, nanoseconds
 *
 * Context: any in which RCU may be read.
 */
bool sched_turbo_task_query(struct task_struct *p, u64 *slice_ns);

/**
 * sched_turbo_task_settle - wait for whoever is detaching a thread
 *
 * A thread that is no longer under SCHED_TURBO may not have been given back all
 * that it was.  After this one that was found not to be before has.
 *
 * Context: task context, may sleep.
 */
void sched_turbo_task_settle(void);

#endif /* SCHED_TURBO_API_H */
