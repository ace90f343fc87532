/* SPDX-License-Identifier: GPL-2.0 */
/*
 * syscall.h - one call of a patched system call, and who answers it
 */
#ifndef SCHED_TURBO_POLICY_SYSCALL_H
#define SCHED_TURBO_POLICY_SYSCALL_H

#include <linux/ptrace.h>

/**
 * struct turbo_syscall - a system call as it came in
 * @original: has the kernel's own function do the call with @regs
 * @regs: registers of the caller
 * @args: arguments as the caller's ABI passes them, zero-extended
 *
 * @original points to a function of this module: it is an ordinary indirect
 * call, the step into the kernel's text behind it is a direct one.
 */
struct turbo_syscall {
	long (*original)(const struct pt_regs *regs);
	const struct pt_regs *regs;
	unsigned long args[3];
};

/**
 * turbo_original - let the kernel do it
 * @call: the call
 *
 * Context: process context, no locks, may sleep.
 * Return: what the kernel's function returns.
 */
static inline long turbo_original(const struct turbo_syscall *call)
{
	return call->original(call->regs);
}

/* set.c */
long turbo_sched_setscheduler(const struct turbo_syscall *call);
long turbo_sched_setattr(const struct turbo_syscall *call);

/* get.c */
long turbo_sched_getscheduler(const struct turbo_syscall *call);
long turbo_sched_getattr(const struct turbo_syscall *call);
long turbo_sched_get_priority_max(const struct turbo_syscall *call);
long turbo_sched_get_priority_min(const struct turbo_syscall *call);

#endif /* SCHED_TURBO_POLICY_SYSCALL_H */
