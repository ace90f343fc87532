// SPDX-License-Identifier: GPL-2.0
/*
 * steer.c - when to look after what
 *
 * All that steers is idempotent: a round looks at what is there and changes
 * what isn't as it should be.  There is one when a turbo vCPU has come or gone,
 * soon after a hook has seen something, and every check_ms.
 *
 * Why it is safe to unload.  turbo_steer_exit() runs when no turbo vCPU counts
 * as online any more, so the last round, which it waits for, undoes and hooks
 * nothing; the hooks, which are what kicks, are down after it.  What a hook
 * had queued before is flushed next: the irq_work, then the work it starts.
 */
#include <linux/irq_work.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include <linux/workqueue.h>

#include "turbo_guest.h"

/* From a hook to the round: so many events make one. */
#define KICK_MS		8

static unsigned int check_ms = 1000;
module_param(check_ms, uint, 0644);
MODULE_PARM_DESC(check_ms, "look after everything this often, 0 to rely on the hooks (1000)");

static struct workqueue_struct *wq;
static DEFINE_MUTEX(round_mutex); /* one round at a time */

static void round_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(kicked, round_fn);
static DECLARE_DELAYED_WORK(timed, round_fn);

static void kick_fn(struct irq_work *work)
{
	queue_delayed_work(wq, &kicked, msecs_to_jiffies(KICK_MS));
}

static DEFINE_IRQ_WORK(kick_work, kick_fn);

/* Context: round_mutex held. */
static void look_after(void)
{
	bool live, hooked, again;

	mutex_lock(&turbo_guest.lock);
	live = !cpumask_empty(&turbo_guest.live);
	mutex_unlock(&turbo_guest.lock);
	if (!live) {
		turbo_hooks_off();
		turbo_file_undo();
		turbo_moderate_forget();
		return;
	}
	hooked = !turbo_hooks_on();
	/* what can't wait goes first: a flood starves this thread, too */
	again = turbo_moderate();
	/* settings before threads: they decide where the next one is made */
	turbo_follow();
	turbo_buffers();
	turbo_irq_steer();
	mutex_lock(&turbo_guest.lock);
	/* without the hooks of fork and exit, records would go stale */
	if (hooked && !cpumask_empty(&turbo_guest.live))
		turbo_task_sweep();
	mutex_unlock(&turbo_guest.lock);
	if (!hooked)
		pr_warn_once("some tracepoint can't be hooked: threads are left alone until it can\n");
	if (again)	/* within a second, even if one is due much later */
		mod_delayed_work(wq, &timed,
				 msecs_to_jiffies(min_t(unsigned int,
							check_ms ?: MSEC_PER_SEC,
							MSEC_PER_SEC)));
	else if (check_ms)
		queue_delayed_work(wq, &timed, msecs_to_jiffies(check_ms));
}

static void round_fn(struct work_struct *work)
{
	u64 start;

	mutex_lock(&round_mutex);
	start = ktime_get_ns();
	look_after();
	turbo_count(TURBO_ROUNDS);
	atomic64_add(ktime_get_ns() - start, &turbo_counts[TURBO_ROUND_NS]);
	mutex_unlock(&round_mutex);
}

/**
 * turbo_steer_kick - have a round soon
 *
 * Context: any, with any of the scheduler's or the interrupts' locks held.
 */
void turbo_steer_kick(void)
{
	turbo_count(TURBO_KICKS);
	irq_work_queue(&kick_work);
}

/**
 * turbo_steer_now - have a round and wait for it
 *
 * Context: task context, may sleep; none of our locks, nor the hotplug lock.
 */
void turbo_steer_now(void)
{
	mod_delayed_work(wq, &timed, 0);
	flush_delayed_work(&timed);
}

/**
 * turbo_steer_undo - give back interrupts and threads, at once
 *
 * The rest, settings that the kernel lets a process write, is undone by the next
 * round: it takes locks that a caller may hold, and none of it harms meanwhile.
 *
 * Context: turbo_guest.lock held, perhaps the CPU hotplug lock too.
 */
void turbo_steer_undo(void)
{
	lockdep_assert_held(&turbo_guest.lock);
	turbo_irq_undo();
	turbo_task_undo();
}

/**
 * turbo_steer_init - get ready; nothing is steered before a turbo vCPU counts
 */
int turbo_steer_init(void)
{
	int err;

	err = turbo_buffers_check() ?: turbo_moderate_check();
	if (!err)
		err = turbo_hooks_init();
	if (err)
		return err;
	/* before processes that compute, when a regular vCPU gets to run at all */
	wq = alloc_workqueue("turbo_guest", WQ_UNBOUND | WQ_HIGHPRI, 0);
	if (!wq)
		return -ENOMEM;
	return 0;
}

/**
 * turbo_steer_exit - undo what is left to undo
 *
 * Context: task context; no turbo vCPU counts as online any more.
 */
void turbo_steer_exit(void)
{
	turbo_steer_now();
	irq_work_sync(&kick_work);
	cancel_delayed_work_sync(&kicked);
	cancel_delayed_work_sync(&timed);
	destroy_workqueue(wq);
	turbo_file_exit();
}
