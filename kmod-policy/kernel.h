/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kernel.h - direct calls to functions that the kernel does not export
 */
#ifndef SCHED_TURBO_POLICY_KERNEL_H
#define SCHED_TURBO_POLICY_KERNEL_H

#include <linux/static_call.h>
#include <linux/types.h>

/**
 * struct turbo_target - a function of the kernel that a static call goes to
 * @symbol: its name
 * @key: key of the static call
 * @tramp: trampoline of the static call
 * @body: enter behind the ftrace call site, that is, run the function itself
 *        even where the site leads to a replacement
 */
struct turbo_target {
	const char *symbol;
	struct static_call_key *key;
	void *tramp;
	bool body;
};

int turbo_target_resolve(const struct turbo_target *target);

#endif /* SCHED_TURBO_POLICY_KERNEL_H */
