/* SPDX-License-Identifier: GPL-2.0 */
/*
 * types.h - the integer types of the pure policy code
 *
 * Everything in this folder compiles in the kernel and in user space, where
 * tests/unit/ exercises it; it calls nothing and keeps no state of its own.
 */
#ifndef SCHED_TURBO_POLICY_TYPES_H
#define SCHED_TURBO_POLICY_TYPES_H

#include <linux/types.h>

#ifndef __KERNEL__
#include <stdbool.h>
#include <stddef.h>
typedef __u8 u8;
typedef __u32 u32;
typedef __u64 u64;
typedef __s64 s64;
#endif

#endif /* SCHED_TURBO_POLICY_TYPES_H */
