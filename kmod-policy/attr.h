/* SPDX-License-Identifier: GPL-2.0 */
/*
 * attr.h - struct sched_attr in user memory
 */
#ifndef SCHED_TURBO_POLICY_ATTR_H
#define SCHED_TURBO_POLICY_ATTR_H

#include <linux/compiler.h>
#include <linux/types.h>

struct sched_attr;

int turbo_attr_peek(const struct sched_attr __user *uattr, u32 *policy,
		    u64 *flags);
int turbo_attr_read(struct sched_attr __user *uattr, struct sched_attr *attr);
int turbo_attr_overwrite(struct sched_attr __user *uattr, u64 slice_ns);

#endif /* SCHED_TURBO_POLICY_ATTR_H */
