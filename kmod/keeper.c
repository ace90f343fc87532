// SPDX-License-Identifier: GPL-2.0
/*
 * keeper.c - the slow round that looks after what the hooks cannot
 *
 * While a thread is attached, a worker goes round every PERIOD: it measures
 * how much of a core each thread wanted and evens the cores out, brings back
 * threads whose affinity, slice or policy somebody else has changed, and
 * checks the rule that the slice engine keeps by construction.
 */
#include <linux/irq_work.h>
#include <linux/ktime.h>
#include <linux/workqueue.h>

#include "policy/placement.h"
#include "turbo.h"

#define PERIOD_MS	50
#define KICK_MS		10

static void round_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(keeper, round_fn);
static u64 last_round_ns;
static u64 measured_ns;

/* Context: turbo_mutex held. */
static void measure(struct turbo_thread *th, u64 window_ns)
{
	u64 run = READ_ONCE(th->stat.run_ns);
	u64 wait = READ_ONCE(th->stat.wait_ns);

	th->demand = turbo_demand(run - th->seen_run_ns,
				  wait - th->seen_wait_ns, window_ns);
	th->seen_run_ns = run;
	th->seen_wait_ns = wait;
}

/* The kernel may have moved it between cores that are not isolated. */
static void follow(struct turbo_thread *th)
{
	struct turbo_core *old = turbo_pool_core(th->home);
	int cpu = task_cpu(th->task);

	if (!th->wide) {
		turbo_place_widen(th);
		return;
	}
	if (cpu == th->home || !cpumask_test_cpu(cpu, turbo_pool_live()))
		return;
	/*
	 * Its home is on its way down, and the kernel has pushed it off and let it
	 * run anywhere.  The hotplug callback is next and will place it; with
	 * another home that affinity would be taken for somebody's wish.
	 */
	if (th->home >= 0 && !cpu_active(th->home))
		return;
	if (old)
		old->nr_threads--;
	turbo_pool_core(cpu)->nr_threads++;
	th->home = cpu;
	turbo_attrs_apply(th);
}

static void round_fn(struct work_struct *work)
{
	struct turbo_thread *th, *left;
	u64 now;
	int cpu;

	mutex_lock(&turbo_mutex);
	do {
		left = NULL;
		turbo_for_each_thread(th) {
			if (!turbo_attrs_check(th)) {
				left = th;
				break;
			}
		}
		/* SCHED_FIFO and the like: it has left SCHED_TURBO */
		if (left)
			turbo_thread_drop(left, NULL);
	} while (left);

	now = ktime_get_ns();
	if (now - measured_ns >= PERIOD_MS * NSEC_PER_MSEC / 2) {
		turbo_for_each_thread(th)
			measure(th, now - measured_ns);
		measured_ns = now;
	}
	WRITE_ONCE(last_round_ns, now);
	turbo_for_each_thread(th)
		follow(th);
	turbo_place_balance();
	for_each_cpu(cpu, turbo_pool_live())
		turbo_slice_rescue(turbo_pool_core(cpu));
	if (turbo_nr_threads)
		queue_delayed_work(turbo_wq, &keeper,
				   msecs_to_jiffies(PERIOD_MS));
	mutex_unlock(&turbo_mutex);
}

/**
 * turbo_keeper_start - begin to go round
 *
 * Context: task context, turbo_mutex held.  Harmless if it is going already.
 */
void turbo_keeper_start(void)
{
	queue_delayed_work(turbo_wq, &keeper, msecs_to_jiffies(PERIOD_MS));
}

/**
 * turbo_keeper_soon - go round at once
 *
 * Context: task context.
 */
void turbo_keeper_soon(void)
{
	mod_delayed_work(turbo_wq, &keeper, 0);
}

/* Whoever keeps changing a thread's affinity does not keep us busy. */
static void kick_fn(struct irq_work *work)
{
	u64 since = ktime_get_ns() - READ_ONCE(last_round_ns);

	mod_delayed_work(turbo_wq, &keeper,
			 since > KICK_MS * NSEC_PER_MSEC ?
			 0 : msecs_to_jiffies(KICK_MS));
}

static DEFINE_IRQ_WORK(kick, kick_fn);

/**
 * turbo_keeper_kick - go round at once, from a hook
 *
 * Waking the worker takes scheduler locks that a hook may hold; an interrupt
 * of our own is free of them.
 *
 * Context: any, interrupts off.
 */
void turbo_keeper_kick(void)
{
	irq_work_queue(&kick);
}

/**
 * turbo_keeper_stop - stop going round
 *
 * Context: task context; the hooks are down and no thread is attached.
 */
void turbo_keeper_stop(void)
{
	irq_work_sync(&kick);
	cancel_delayed_work_sync(&keeper);
}
