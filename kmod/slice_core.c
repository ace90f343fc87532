// SPDX-License-Identifier: GPL-2.0
/*
 * slice_core.c - the life of a turbo core: start, stop, and looking after it
 *
 * The slow path reaches into a core by an interrupt on it, so that even here
 * only the CPU itself writes the state of its slice engine, with interrupts
 * off: see turbo.h.
 */
#include <linux/delay.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/sched/stat.h>
#include <linux/sched/task.h>

#include "slice.h"
#include "turbo.h"

/* Context: interrupt on the core. */
static void resync(void *info)
{
	struct turbo_core *core = info;
	struct turbo_thread *th;
	u64 now = ktime_get_ns();

	if (!core->live)
		return;
	th = is_idle_task(current) ? NULL : turbo_thread_find(current);
	if (core->cur_task != current || core->cur != th) {
		core->cur = th;
		core->in_ns = now;
		WRITE_ONCE(core->cur_task, current);
		if (th)
			turbo_slice_begin(core, th, now);
	}
	turbo_slice_look(core);
}

/**
 * turbo_slice_resync - take notice of a thread that runs already
 * @core: the core
 *
 * For a thread attached, or a core added, while the thread is running there:
 * no switch will tell.
 *
 * Context: task context, may sleep.
 */
void turbo_slice_resync(struct turbo_core *core)
{
	smp_call_function_single(core->cpu, resync, core, 1);
}

struct adopt_arg {
	struct turbo_core *core;
	struct turbo_thread *th;
};

/*
 * A runnable thread that does not run stays so until it has run here or been
 * moved, and both clear what is said here.
 * Context: interrupt on the core.
 */
static void adopt(void *info)
{
	struct adopt_arg *arg = info;
	struct task_struct *p = arg->th->task;

	if (arg->core->live && p != current && READ_ONCE(p->on_rq) &&
	    READ_ONCE(p->__state) == TASK_RUNNING &&
	    task_cpu(p) == arg->core->cpu)
		turbo_slice_waits(arg->th, arg->core);
	resync(arg->core);
}

/**
 * turbo_slice_adopt - take notice of a thread that may be there already
 * @core: the core
 * @th: the thread, which may run there, or wait in its queue or, throttled by
 *      its cgroup, out of the queue's sight
 *
 * Context: task context, turbo_mutex held, may sleep.
 */
void turbo_slice_adopt(struct turbo_core *core, struct turbo_thread *th)
{
	struct adopt_arg arg = { .core = core, .th = th };

	smp_call_function_single(core->cpu, adopt, &arg, 1);
}

/* Context: interrupt on the core. */
static void forget(void *info)
{
	struct turbo_core *core = info;

	if (!core->cur || (core->live && !core->cur->gone))
		return;
	turbo_slice_end(core, current, true, ktime_get_ns());
	core->cur = NULL;
	core->in_ns = ktime_get_ns();
	turbo_slice_disarm(core);
}

/**
 * turbo_slice_forget - make a core let go of a thread that is gone
 * @core: the core
 *
 * When this returns the core has no pointer to a thread that was out of the
 * table for a grace period and, as nobody finds it there, will get none.
 *
 * Context: task context, may sleep.
 */
void turbo_slice_forget(struct turbo_core *core)
{
	smp_call_function_single(core->cpu, forget, core, 1);
}

/* Context: interrupt on the core. */
static void start(void *info)
{
	struct turbo_core *core = info;

	core->cur = NULL;
	WRITE_ONCE(core->cur_task, NULL);
	core->watch_depth = -1;
	core->live = true;
	WRITE_ONCE(per_cpu(turbo_core, core->cpu), core);
}

/* Context: interrupt on the core. */
static void stop(void *info)
{
	struct turbo_core *core = info;

	core->live = false;
	forget(core);
	WRITE_ONCE(core->cur_task, NULL);
	turbo_slice_disarm(core);
	WRITE_ONCE(per_cpu(turbo_core, core->cpu), NULL);
}

/**
 * turbo_slice_core_init - set up a core that has just been allocated
 * @core: zeroed memory
 * @cpu: its CPU
 */
void turbo_slice_core_init(struct turbo_core *core, int cpu)
{
	core->cpu = cpu;
	core->watch_depth = -1;
	INIT_CSD(&core->csd, turbo_slice_poked, core);
	turbo_hrtimer_setup(&core->timer, turbo_slice_expire, CLOCK_MONOTONIC,
			    HRTIMER_MODE_ABS_PINNED_HARD);
}

/**
 * turbo_slice_core_start - the core begins to count as a turbo core
 * @core: the core, online
 *
 * Context: task context, under turbo_mutex.
 */
void turbo_slice_core_start(struct turbo_core *core)
{
	smp_call_function_single(core->cpu, start, core, 1);
}

/**
 * turbo_slice_core_stop - the core stops to count as a turbo core
 * @core: the core, online
 *
 * Context: task context, under turbo_mutex.
 */
void turbo_slice_core_stop(struct turbo_core *core)
{
	smp_call_function_single(core->cpu, stop, core, 1);
}

static void nothing(void *info)
{
}

/**
 * turbo_slice_core_flush - wait until nothing of a stopped core is running
 * @core: the core; the hooks are gone, so nobody pokes it any more
 *
 * A poke under way has cleared @poked before it looks at the queue; the
 * second interrupt can only be taken when that one has returned.
 *
 * Context: task context, may sleep.
 */
void turbo_slice_core_flush(struct turbo_core *core)
{
	while (atomic_read(&core->poked))
		cond_resched();
	smp_call_function_single(core->cpu, nothing, NULL, 1);
	hrtimer_cancel(&core->timer);
}

struct rescue_arg {
	struct turbo_core *core;
	bool needed;
};

/* Context: interrupt on the core. */
static void unguarded(void *info)
{
	struct rescue_arg *arg = info;
	struct turbo_core *core = arg->core;

	arg->needed = core->live && core->cur && !core->armed &&
		      !atomic_read(&core->poked) && !single_task_running();
}

/**
 * turbo_slice_rescue - check the rule that two runnable threads have a timer
 * @core: the core
 *
 * The rule is kept by construction; this is the net below it.  A thread that
 * was queued a moment ago may be a microsecond ahead of its poke, so only
 * what is still so after a while counts.
 *
 * Context: task context, may sleep.
 */
void turbo_slice_rescue(struct turbo_core *core)
{
	struct rescue_arg arg = { .core = core };

	smp_call_function_single(core->cpu, unguarded, &arg, 1);
	if (!arg.needed)
		return;
	usleep_range(1000, 2000);
	arg.needed = false;
	smp_call_function_single(core->cpu, unguarded, &arg, 1);
	if (!arg.needed)
		return;
	if (!atomic64_fetch_inc(&core->stat.rescues))
		pr_warn("cpu %d: threads waited without a slice timer; please report this\n",
			core->cpu);
	turbo_slice_resync(core);
}
