// SPDX-License-Identifier: GPL-2.0
/*
 * task_work.c - the kernel's task_work_add(), exported or not
 *
 * Holding a vCPU back begins with work for its thread.  Debian's kernels export
 * the call; others have it all the same, for the kernel's own use.  There a
 * kprobe says where, without being armed, and the call is a static call: a call
 * instruction that is patched into our text, the same as the one that the linker
 * would have made of an exported function.  So it is no indirect branch, which
 * traps where CET-IBT guards a function whose address the kernel never takes.
 * That the function is what we think is checked twice: its type against the
 * kernel's own header, by the compiler, and its name against the address.
 */
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/static_call.h>
#include <linux/string.h>
#include <linux/task_work.h>

#include "vm.h"

#define NAME	"task_work_add"

/* A kprobe may stand behind what a function begins with: endbr64, at most this. */
#define PROLOGUE_MAX	16

static char *task_work = "auto";
module_param(task_work, charp, 0444);
MODULE_PARM_DESC(task_work, "how vCPUs are held back: by the kernel's exported task_work_add (export), by one that is not (probe), whichever there is (auto), not at all (none)");

/* Called when there is none to be called. */
static int no_task_work(struct task_struct *p, struct callback_head *work,
			enum task_work_notify_mode mode)
{
	return -EOPNOTSUPP;
}

DEFINE_STATIC_CALL(turbo_task_work, no_task_work);

enum { WAY_AUTO, WAY_EXPORT, WAY_PROBE, WAY_NONE };

static const char * const ways[] = {
	[WAY_AUTO] = "auto",
	[WAY_EXPORT] = "export",
	[WAY_PROBE] = "probe",
	[WAY_NONE] = "none",
};

static bool works, exported;

static typeof(no_task_work) *by_export(void)
{
	typeof(no_task_work) *fn;

	fn = symbol_get(task_work_add);
	exported = fn;
	return fn;
}

#ifdef CONFIG_HAVE_STATIC_CALL
/* The function that begins at or just before @addr, if it is ours. */
static typeof(no_task_work) *begin_of(unsigned long addr)
{
	char symbol[KSYM_SYMBOL_LEN];
	unsigned long offset;

	sprint_symbol(symbol, addr);
	/* one in brackets is a module's, which may go */
	if (sscanf(symbol, NAME "+0x%lx/", &offset) != 1 ||
	    offset > PROLOGUE_MAX || strchr(symbol, '[')) {
		pr_notice("a probe for " NAME " was put at %s\n", symbol);
		return NULL;
	}
	return (void *)(addr - offset);
}

static typeof(no_task_work) *by_probe(void)
{
	struct kprobe probe = {
		.symbol_name = NAME,
		.flags = KPROBE_FLAG_DISABLED,
	};
	typeof(no_task_work) *fn;
	int err = register_kprobe(&probe);

	if (err) {
		pr_notice("no probe can be put at " NAME ": %d\n", err);
		return NULL;
	}
	fn = begin_of((unsigned long)probe.addr);
	unregister_kprobe(&probe);
	return fn;
}
#else
/* Static calls are indirect ones there. */
static typeof(no_task_work) *by_probe(void)
{
	return NULL;
}
#endif

/**
 * turbo_task_work_add - task_work_add(), wherever it comes from
 * @p: the thread
 * @work: what it is to do before it returns to user space or enters a guest
 * @mode: as of task_work_add()
 *
 * Context: as task_work_add(): any but NMI.
 * Return: 0; -ESRCH if @p exits; -EOPNOTSUPP if turbo_task_work_works() is false.
 */
int turbo_task_work_add(struct task_struct *p, struct callback_head *work,
			enum task_work_notify_mode mode)
{
	return static_call(turbo_task_work)(p, work, mode);
}

/**
 * turbo_task_work_works - can this kernel hold a vCPU back?
 */
bool turbo_task_work_works(void)
{
	return works;
}

/**
 * turbo_task_work_init - find task_work_add(), as the parameter task_work says
 *
 * Without it VMs are accounted, but none is held back.
 *
 * Context: module load, may sleep.
 * Return: 0, found or not; -EINVAL if the parameter is none of its values.
 */
int turbo_task_work_init(void)
{
	typeof(no_task_work) *fn = NULL;
	int way = match_string(ways, ARRAY_SIZE(ways), task_work);

	BUILD_BUG_ON(!__same_type(task_work_add, no_task_work));
	if (way < 0) {
		pr_err("task_work=%s is not auto, export, probe or none\n",
		       task_work);
		return -EINVAL;
	}
	if (way == WAY_AUTO || way == WAY_EXPORT)
		fn = by_export();
	if (!fn && (way == WAY_AUTO || way == WAY_PROBE))
		fn = by_probe();
	if (!fn) {
		pr_info("%s: VMs are accounted, but not held to their budgets\n",
			way == WAY_NONE ? "task_work=none" :
					  "this kernel has no " NAME " for us");
		return 0;
	}
	static_call_update(turbo_task_work, fn);
	works = true;
	if (!exported)
		pr_info(NAME " is called where a probe has found it\n");
	return 0;
}

/**
 * turbo_task_work_exit - forget it
 *
 * Context: module unload, or a load that failed; nothing calls it any more.
 */
void turbo_task_work_exit(void)
{
	if (exported)
		symbol_put(task_work_add);
}
