// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - SCHED_TURBO in the sched_*(2) system calls, by livepatch
 *
 * The entry points of six system calls are replaced, each for 64-bit and for
 * 32-bit callers:
 *
 *   # insmod sched_turbo.ko
 *   # insmod sched_turbo_policy.ko
 *   # cat /sys/kernel/livepatch/sched_turbo_policy/transition
 *   0
 *   (now sched_setscheduler(tid, SCHED_TURBO, &param) and its kin work)
 *   # echo 0 > /sys/kernel/livepatch/sched_turbo_policy/enabled
 *   # rmmod sched_turbo_policy
 *
 * sched_setparam() and sched_getparam() need no patch: to the kernel a
 * SCHED_TURBO thread is a fair one, whose only priority is 0 and which keeps
 * policy, nice value and slice when that is set again.
 *
 * Why it is safe to unload.  While the patch is enabled, or a transition is
 * under way, livepatch holds a reference on this module.  A disabled patch is
 * let go after every task has been seen without a replaced function on its
 * stack (a task that sleeps in the kernel's body called from one of ours has
 * ours on the stack as well) and after the ftrace handlers have been waited
 * for.  Nothing outside this module points into it: the static calls are call
 * sites in our own text.
 */
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/ptrace.h>

#include "kernel.h"
#include "permission.h"
#include "syscall.h"

/* Where a static call leads until it is resolved. */
static long turbo_unresolved(const struct pt_regs *regs)
{
	return -EPERM;
}

/*
 * One entry point: the static call to the kernel's body, a function around it
 * whose address can be handed on, and the replacement.
 */
#define DEFINE_TURBO_ENTRY(abi, name, arg0, arg1, arg2)			\
DEFINE_STATIC_CALL(turbo_##abi##_##name, turbo_unresolved);		\
static long original_##abi##_##name(const struct pt_regs *regs)		\
{									\
	return static_call(turbo_##abi##_##name)(regs);			\
}									\
static long patched_##abi##_##name(const struct pt_regs *regs)		\
{									\
	const struct turbo_syscall call = {				\
		.original = original_##abi##_##name,			\
		.regs = regs,						\
		.args = { (arg0), (arg1), (arg2) },			\
	};								\
	return turbo_##name(&call);					\
}

#define DEFINE_X64_ENTRY(name)						\
	DEFINE_TURBO_ENTRY(x64, name, regs->di, regs->si, regs->dx)

#define DEFINE_IA32_ENTRY(name)						\
	DEFINE_TURBO_ENTRY(ia32, name, (u32)regs->bx, (u32)regs->cx,	\
			   (u32)regs->dx)

#define TURBO_BODY(abi, name) {						\
	.symbol = "__" #abi "_sys_" #name,				\
	.key = &STATIC_CALL_KEY(turbo_##abi##_##name),			\
	.tramp = STATIC_CALL_TRAMP_ADDR(turbo_##abi##_##name),		\
	.body = true,							\
}

#define TURBO_FUNC(abi, name) {						\
	.old_name = "__" #abi "_sys_" #name,				\
	.new_func = patched_##abi##_##name,				\
}

DEFINE_X64_ENTRY(sched_setscheduler);
DEFINE_X64_ENTRY(sched_setattr);
DEFINE_X64_ENTRY(sched_getscheduler);
DEFINE_X64_ENTRY(sched_getattr);
DEFINE_X64_ENTRY(sched_get_priority_max);
DEFINE_X64_ENTRY(sched_get_priority_min);

#ifdef CONFIG_IA32_EMULATION
DEFINE_IA32_ENTRY(sched_setscheduler);
DEFINE_IA32_ENTRY(sched_setattr);
DEFINE_IA32_ENTRY(sched_getscheduler);
DEFINE_IA32_ENTRY(sched_getattr);
DEFINE_IA32_ENTRY(sched_get_priority_max);
DEFINE_IA32_ENTRY(sched_get_priority_min);
#endif

static const struct turbo_target bodies[] = {
	TURBO_BODY(x64, sched_setscheduler),
	TURBO_BODY(x64, sched_setattr),
	TURBO_BODY(x64, sched_getscheduler),
	TURBO_BODY(x64, sched_getattr),
	TURBO_BODY(x64, sched_get_priority_max),
	TURBO_BODY(x64, sched_get_priority_min),
#ifdef CONFIG_IA32_EMULATION
	TURBO_BODY(ia32, sched_setscheduler),
	TURBO_BODY(ia32, sched_setattr),
	TURBO_BODY(ia32, sched_getscheduler),
	TURBO_BODY(ia32, sched_getattr),
	TURBO_BODY(ia32, sched_get_priority_max),
	TURBO_BODY(ia32, sched_get_priority_min),
#endif
};

static struct klp_func funcs[] = {
	TURBO_FUNC(x64, sched_setscheduler),
	TURBO_FUNC(x64, sched_setattr),
	TURBO_FUNC(x64, sched_getscheduler),
	TURBO_FUNC(x64, sched_getattr),
	TURBO_FUNC(x64, sched_get_priority_max),
	TURBO_FUNC(x64, sched_get_priority_min),
#ifdef CONFIG_IA32_EMULATION
	TURBO_FUNC(ia32, sched_setscheduler),
	TURBO_FUNC(ia32, sched_setattr),
	TURBO_FUNC(ia32, sched_getscheduler),
	TURBO_FUNC(ia32, sched_getattr),
	TURBO_FUNC(ia32, sched_get_priority_max),
	TURBO_FUNC(ia32, sched_get_priority_min),
#endif
	{ }
};

static struct klp_object objs[] = {
	{
		/* no name: the kernel itself */
		.funcs = funcs,
	},
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
};

static int __init turbo_policy_init(void)
{
	size_t i;
	int ret;

	ret = turbo_permission_init();
	if (ret)
		return ret;
	for (i = 0; i < ARRAY_SIZE(bodies); i++) {
		ret = turbo_target_resolve(&bodies[i]);
		if (ret)
			return ret;
	}
	return klp_enable_patch(&patch);
}

/* Livepatch lets go of the module only when there is nothing left to undo. */
static void __exit turbo_policy_exit(void)
{
}

module_init(turbo_policy_init);
module_exit(turbo_policy_exit);

MODULE_DESCRIPTION("SCHED_TURBO as a policy number");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
