// SPDX-License-Identifier: GPL-2.0
/*
 * kernel.c - direct calls to functions that the kernel does not export
 *
 * Why static calls: a function whose address the kernel never takes has its
 * ENDBR sealed, and an indirect call to it is a control protection fault on
 * a CPU with IBT.  A static call is a direct call or jump in our text, to
 * which IBT does not apply, and the kernel itself writes it.
 *
 * Why a kprobe: it is the exported way to turn a symbol into an address that
 * also tells what is there.  The probe is registered disabled, so nothing is
 * ever written to the function, and is gone before it is made use of.
 *
 * The kernel's text stays where it is, so an address once found holds until
 * this module goes; after that nothing knows it any more.
 */
#include <linux/ftrace.h>
#include <linux/kprobes.h>
#include <linux/printk.h>

#include "kernel.h"

/**
 * turbo_target_resolve - direct a static call to a function of the kernel
 * @target: the function and the static call
 *
 * With @target->body set the call lands behind the function's ftrace call
 * site.  There the stack and the registers are as at its entry, and ftrace
 * itself resumes there when no replacement is installed.  That is how a
 * replacement runs what it replaces: by its entry it would meet itself.
 *
 * Context: process context, no locks, may sleep.
 * Return: 0; -ENOENT no such function; -EOPNOTSUPP the function cannot be
 * entered behind its ftrace call site; or what register_kprobe() says.
 */
int turbo_target_resolve(const struct turbo_target *target)
{
	struct kprobe probe = {
		.symbol_name = target->symbol,
		.flags = KPROBE_FLAG_DISABLED,
	};
	void *addr;
	bool ftrace;
	int ret;

	ret = register_kprobe(&probe);
	if (ret) {
		pr_err("cannot find %s: %d\n", target->symbol, ret);
		return ret;
	}
	addr = probe.addr;
	ftrace = kprobe_ftrace(&probe);
	unregister_kprobe(&probe);

	if (target->body) {
		if (!ftrace) {
			pr_err("%s has no ftrace call site\n", target->symbol);
			return -EOPNOTSUPP;
		}
		addr += MCOUNT_INSN_SIZE;
	}
	__static_call_update(target->key, target->tramp, addr);
	return 0;
}
