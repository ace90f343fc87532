/* SPDX-License-Identifier: GPL-2.0 */
/*
 * task.h - the thread that a call is about
 */
#ifndef SCHED_TURBO_POLICY_TASK_H
#define SCHED_TURBO_POLICY_TASK_H

#include <linux/sched.h>

struct task_struct *turbo_task_get(pid_t pid);
bool turbo_task_is_turbo(struct task_struct *p, u64 *slice_ns);

#endif /* SCHED_TURBO_POLICY_TASK_H */
