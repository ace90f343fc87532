/* SPDX-License-Identifier: GPL-2.0 */
/*
 * permission.h - who may put whom under SCHED_TURBO
 */
#ifndef SCHED_TURBO_POLICY_PERMISSION_H
#define SCHED_TURBO_POLICY_PERMISSION_H

#include <linux/types.h>

struct sched_attr;
struct task_struct;

int turbo_permission_init(void);
int turbo_permission_check(struct task_struct *p,
			   const struct sched_attr *attr, bool is_turbo);

#endif /* SCHED_TURBO_POLICY_PERMISSION_H */
