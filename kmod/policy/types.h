/* SPDX-License-Identifier: GPL-2.0 */
/*
 * types.h - the integer types of the pure policy code
 *
 * Everything in this folder compiles in the kernel and in user space, where
 * tests/unit/ exercises it; it calls nothing and keeps no state of its own.
 */
#ifndef SCHED_TURBO_POLICY_TYPES_H
#define SCHED_TURBO_POLICY_TYPES_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
typedef uint8_t u8;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;
#endif

#endif /* SCHED_TURBO_POLICY_TYPES_H */
