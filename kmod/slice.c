// SPDX-License-Identifier: GPL-2.0
/*
 * slice.c - the slice engine: micro time-slices on a turbo core (vTurbo 3.1)
 *
 * One hrtimer per turbo core, armed only while two or more threads can run
 * there.  Everything in this file but the start and stop of a core runs on
 * that core with interrupts off, so nothing here needs a lock; the one remote
 * entry is turbo_slice_wakeup(), under the runqueue lock of the core.
 *
 * When does a slice end?  Under EEVDF the scheduler keeps a task until its
 * request is used up, whatever anybody wishes; so the timer is set by the
 * entity's own virtual deadline, a learned lead before it, and an interrupt
 * that came a hair early is repeated.  CFS (6.1) has no deadline: there the
 * slice is counted from the switch-in, and the order of vruntimes does the
 * rest.  See docs/design.md, "Slice end".
 *
 * The rule that no two runnable threads are ever without a timer has these
 * legs: a switch looks at the queue with the runqueue lock held; a wake-up
 * that finds no timer pokes the core; a thread about to be moved here has
 * the core looking for a while (grace); a thread of ours that waits but is not
 * in the queue, because its cgroup is throttled, has it looking until it is
 * back, of which nothing tells; the timer goes away only after it has seen a
 * single task, in an order that a wake-up cannot slip through.
 */
#include <linux/atomic.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/sched/clock.h>
#include <linux/sched/stat.h>
#include <linux/sched/task.h>

#include "policy/slice_math.h"
#include "slice.h"
#include "trace.h"
#include "turbo.h"

/* How long a core keeps looking for a thread that was on its way to it. */
#define GRACE_NS	(5 * NSEC_PER_MSEC)

/* Slice of @th on @core in nanoseconds. */
static u64 slice_of(const struct turbo_core *core, const struct turbo_thread *th)
{
	return READ_ONCE(th->own_slice_ns) ?: READ_ONCE(core->slice_ns);
}

/*
 * Cgroup level at which two runnable tasks of one CPU compete: the depth of
 * the entities that sit in the same queue.  0 without group scheduling.
 * Context: runqueue lock held, the chains are stable.
 */
static int compete_depth(struct task_struct *a, struct task_struct *b)
{
#ifdef CONFIG_FAIR_GROUP_SCHED
	struct sched_entity *x = &a->se, *y = &b->se;

	while (x && y && x->cfs_rq != y->cfs_rq) {
		int dx = x->depth, dy = y->depth;

		if (dx >= dy)
			x = x->parent;
		if (dy >= dx)
			y = y->parent;
	}
	if (x && y)
		return x->depth;
#endif
	return 0;
}

/*
 * The entity of @p at a cgroup level, its own if there is no such level.
 * Context: interrupts off.  Group entities are freed by RCU, so the walk is
 * safe without the runqueue lock.
 */
static struct sched_entity *entity_at(struct task_struct *p, int depth)
{
	struct sched_entity *se = &p->se;

#ifdef CONFIG_FAIR_GROUP_SCHED
	struct sched_entity *up;

	/* a move to another cgroup may change the chain under us: load once */
	while ((up = READ_ONCE(se->parent)) && READ_ONCE(se->depth) > depth)
		se = up;
#endif
	return se;
}

#ifdef TURBO_HAVE_SE_DEADLINE
#define TURBO_HAS_DEADLINE 1

static u64 entity_left(const struct sched_entity *se)
{
	s64 left = READ_ONCE(se->deadline) - READ_ONCE(se->vruntime);

	return turbo_wall_ns(left, READ_ONCE(se->load.weight));
}

static u64 entity_deadline(const struct sched_entity *se)
{
	return READ_ONCE(se->deadline);
}

/*
 * Wall time left to @p at its level, as of the kernel's last update of its
 * vruntime, at most a slice.
 */
static u64 time_left(struct task_struct *p, int depth, u64 slice)
{
	return min(entity_left(entity_at(p, depth)), slice);
}

/*
 * The same when it is not known against whom @p competes: the nearest of the
 * deadlines ahead on all levels.
 */
static u64 time_left_any(struct task_struct *p, u64 slice)
{
	struct sched_entity *se = &p->se;
	u64 left, best = slice;

	for (;;) {
		left = entity_left(se);
		if (left && left < best)
			best = left;
#ifdef CONFIG_FAIR_GROUP_SCHED
		se = READ_ONCE(se->parent);
		if (se)
			continue;
#endif
		return best;
	}
}
#else
#define TURBO_HAS_DEADLINE 0

static u64 entity_deadline(const struct sched_entity *se)
{
	return 0;
}

static u64 time_left(struct task_struct *p, int depth, u64 slice)
{
	return slice;
}

static u64 time_left_any(struct task_struct *p, u64 slice)
{
	return slice;
}
#endif

/* Let the timer look at the queue @delay ns from @now, on this CPU. */
static void arm(struct turbo_core *core, u64 now, u64 delay)
{
	WRITE_ONCE(core->armed, true);
	hrtimer_start_range_ns(&core->timer, ns_to_ktime(now + delay), 0,
			       HRTIMER_MODE_ABS_PINNED_HARD);
}

/*
 * Interrupts are off on the timer's only CPU: its callback cannot be running,
 * so the attempt to cancel always succeeds.
 */
void turbo_slice_disarm(struct turbo_core *core)
{
	if (!core->armed)
		return;
	WRITE_ONCE(core->armed, false);
	hrtimer_try_to_cancel(&core->timer);
}

/*
 * Has the thread that runs here nobody to share with?  Context: on the core,
 * interrupts off.
 */
static bool alone(struct turbo_core *core, u64 now)
{
	return single_task_running() && !atomic_read(&core->waiting) &&
	       now >= READ_ONCE(core->grace_until);
}

/* Make the scheduler choose again on this CPU at the next opportunity. */
static void resched_this_cpu(void)
{
	set_tsk_need_resched(current);
	set_preempt_need_resched();
}

/*
 * The timer's callback.  Context: hard interrupt on the core.
 *
 * It fires @lead_ns before the slice is over, asks for a switch and sets
 * itself again as a guard.  If the switch comes, turbo_slice_switch() gives
 * the timer to the next thread or takes it away.  If the same thread is still
 * here when the guard fires, then either the scheduler has not been reached
 * (need_resched is still set), or it has kept the thread and given it a new
 * request, which has its own deadline, or the deadline was a hair away.
 */
enum hrtimer_restart turbo_slice_expire(struct hrtimer *timer)
{
	struct turbo_core *core = container_of(timer, struct turbo_core, timer);
	struct turbo_thread *th = core->cur;
	u64 now, slice, delay;

	core->stat.timer_irqs++;
	/*
	 * Pairs with the barrier in turbo_slice_wakeup(): either the waker
	 * sees that the timer is gone, or single_task_running() sees the
	 * thread it has queued.
	 */
	WRITE_ONCE(core->armed, false);
	smp_mb(); /* as said above */

	if (unlikely(!core->live || smp_processor_id() != core->cpu))
		return HRTIMER_NORESTART;
	if (!th || th->gone || th->task != current)
		return HRTIMER_NORESTART;

	now = ktime_get_ns();
	slice = slice_of(core, th);
	if (alone(core, now))
		return HRTIMER_NORESTART;
	if (single_task_running()) {
		delay = slice;
		goto restart;
	}

	if (core->fires && !test_tsk_need_resched(current)) {
		struct sched_entity *se = entity_at(current, core->watch_depth);

		if (!TURBO_HAS_DEADLINE ||
		    entity_deadline(se) != core->seen_deadline) {
			/* kept on purpose: the next slice has begun */
			core->fires = 0;
			core->retry_ns = 0;
			core->seen_deadline = entity_deadline(se);
			core->want_ns = time_left_any(current, slice);
			delay = turbo_timer_delay(core->want_ns,
						  core->lead_ns);
			goto restart;
		}
		core->stat.timer_early++;
		core->lead_ns = turbo_lead_early(core->lead_ns);
	}

	core->fires++;
	resched_this_cpu();
	delay = turbo_retry_next(core->retry_ns, core->lead_ns, slice);
	core->retry_ns = delay;
restart:
	WRITE_ONCE(core->armed, true);
	hrtimer_set_expires(timer, ns_to_ktime(now + delay));
	return HRTIMER_RESTART;
}

/*
 * Give @th, which runs or is about to run here, its timer if it must share.
 * Context: on the core, interrupts off.
 */
static void begin_slice(struct turbo_core *core, struct turbo_thread *th,
			u64 now, u64 left)
{
	core->want_ns = left;
	core->fires = 0;
	core->retry_ns = 0;
	core->seen_deadline = entity_deadline(entity_at(th->task,
							core->watch_depth));
	arm(core, now, turbo_timer_delay(left, core->lead_ns));
}

/* Account the stretch that ends now.  Context: as turbo_slice_switch(). */
void turbo_slice_end(struct turbo_core *core, struct task_struct *prev,
		     bool runnable, u64 now)
{
	struct turbo_thread *th = core->cur;
	u64 ran = now - core->in_ns;

	if (!th) {
		if (!is_idle_task(prev))
			core->stat.foreign_ns += ran;
		return;
	}
	core->stat.turbo_ns += ran;
	core->stat.slices++;
	th->stat.run_ns += ran;
	th->stat.slices++;
	th->ready_ns = runnable ? now : 0;
	turbo_slice_waits(th, runnable ? core : NULL);
	th->woken = false;
	if (!core->fires)
		return;

	core->stat.slice_ends++;
	th->stat.slice_ends++;
	if (core->fires == 1 &&
	    turbo_lead_counts(core->want_ns, core->lead_ns)) {
		/* the kernel's own account, which its deadline is about */
		s64 late = prev->se.sum_exec_runtime -
			   prev->se.prev_sum_exec_runtime - core->want_ns;

		core->lead_ns = turbo_lead_learn(core->lead_ns, late,
						 core->slice_ns);
	}
	trace_sched_turbo_slice_end(th->task, core->cpu, ran, runnable);
}

/* Account the switch-in of @th. */
void turbo_slice_begin(struct turbo_core *core, struct turbo_thread *th,
		       u64 now)
{
	u64 wait;

	turbo_slice_waits(th, NULL);
	if (th->ready_ns) {
		wait = now - th->ready_ns;
		th->stat.wait_ns += wait;
		if (th->woken)
			th->stat.wake_hist[turbo_hist_bucket(wait,
						SCHED_TURBO_HIST_BUCKETS)]++;
		th->ready_ns = 0;
		th->woken = false;
	}
	if (th->last_cpu != core->cpu) {
		if (th->last_cpu >= 0) {
			th->stat.migrations++;
			core->stat.migrations_in++;
			trace_sched_turbo_core_change(th->task, th->last_cpu,
						      core->cpu);
		}
		th->last_cpu = core->cpu;
	}
}

/**
 * turbo_slice_switch - a turbo core switches from one thread to another
 * @core: the core, which is this CPU
 * @preempt: @prev did not go to sleep by itself
 * @prev: who leaves
 * @next: who comes
 * @prev_state: task state of @prev
 *
 * Context: tracepoint sched_switch: runqueue lock held, interrupts off.
 */
void turbo_slice_switch(struct turbo_core *core, bool preempt,
			struct task_struct *prev, struct task_struct *next,
			unsigned int prev_state)
{
	bool runnable = preempt || !prev_state;
	struct turbo_thread *th;
	u64 now = ktime_get_ns();
	u64 slice;

	if (likely(core->cur_task == prev))
		turbo_slice_end(core, prev, runnable, now);

	th = is_idle_task(next) ? NULL : turbo_thread_find(next);
	core->cur = th;
	core->in_ns = now;
	WRITE_ONCE(core->cur_task, next);

	if (!th) {
		if (!is_idle_task(next))
			core->stat.foreign_switches++;
		turbo_slice_disarm(core);
		return;
	}
	turbo_slice_begin(core, th, now);

	if (alone(core, now)) {
		turbo_slice_disarm(core);
		return;
	}
	if (runnable && !is_idle_task(prev))
		core->watch_depth = compete_depth(next, prev);
	slice = slice_of(core, th);
	begin_slice(core, th, now, core->watch_depth < 0 ?
		    time_left_any(next, slice) :
		    time_left(next, core->watch_depth, slice));
}

/*
 * Give the thread that runs here a timer if it must share and has none.
 * Context: on the core, interrupts off.
 */
void turbo_slice_look(struct turbo_core *core)
{
	struct turbo_thread *th = core->cur;
	u64 now;

	if (!core->live || !th || th->gone || core->armed)
		return;
	now = ktime_get_ns();
	if (alone(core, now))
		return;
	begin_slice(core, th, now, time_left_any(th->task, slice_of(core, th)));
}

/* Context: hard interrupt on the core. */
void turbo_slice_poked(void *info)
{
	struct turbo_core *core = info;

	/* Full barrier: a poke from now on is a new one, and sends again. */
	atomic_xchg(&core->poked, 0);
	turbo_slice_look(core);
}

/* Context: any, interrupts off. */
static void poke(struct turbo_core *core)
{
	if (atomic_xchg(&core->poked, 1))
		return;
	atomic64_inc(&core->stat.pokes);
	if (smp_call_function_single_async(core->cpu, &core->csd))
		atomic_set(&core->poked, 0);
}

/*
 * A wake-up has made the scheduler want to switch, but lazily: a vCPU in
 * guest mode would learn of it at its next exit only.  Make it at once.
 * Context: runqueue lock of the core held, so @curr stays.
 */
static void hurry(struct turbo_core *core, struct task_struct *curr)
{
#ifdef TURBO_HAVE_TIF_NEED_RESCHED_LAZY
	if (!curr || test_tsk_need_resched(curr) ||
	    !test_tsk_thread_flag(curr, TIF_NEED_RESCHED_LAZY))
		return;
	atomic64_inc(&core->stat.preempts);
	if (curr == current) {
		resched_this_cpu();
		return;
	}
	set_tsk_need_resched(curr);
	kick_process(curr);
#endif
}

/**
 * turbo_slice_wakeup - a thread, attached or not, has become runnable
 * @core: the turbo core it is queued on; any CPU may be running this
 * @p: the thread
 *
 * Context: tracepoint sched_wakeup: runqueue lock of the core held and
 * interrupts off (or @p is the current task, which is left alone).
 */
void turbo_slice_wakeup(struct turbo_core *core, struct task_struct *p)
{
	struct task_struct *curr = READ_ONCE(core->cur_task);
	struct turbo_thread *th;

	if (p == curr)
		return;
	th = turbo_thread_find(p);
	if (th && !th->ready_ns) {
		th->ready_ns = ktime_get_ns();
		th->woken = true;
		th->stat.wakeups++;
		turbo_slice_waits(th, core);
	}
	if (th || READ_ONCE(core->cur))
		hurry(core, curr);
	/*
	 * Pairs with the barrier in turbo_slice_expire(): @p has been counted in
	 * nr_running before we look whether there is a timer.  A core that
	 * runs no attached thread looks at the queue when it switches.
	 */
	smp_mb();
	if (!READ_ONCE(core->cur) || READ_ONCE(core->armed))
		return;
	if (core->cpu == smp_processor_id())
		turbo_slice_look(core);
	else
		poke(core);
}

/**
 * turbo_slice_expect - a thread is about to be moved here
 * @core: the core
 *
 * The tracepoint comes before the thread is queued, so for a while the core
 * looks at its queue every slice although it sees a single task.
 *
 * Context: tracepoint sched_migrate_task, or task context; interrupts off.
 */
void turbo_slice_expect(struct turbo_core *core)
{
	WRITE_ONCE(core->grace_until, ktime_get_ns() + GRACE_NS);
	poke(core);
}

/**
 * turbo_slice_arrives - an attached thread is about to be moved here
 * @core: the core
 * @th: the thread
 *
 * One that is runnable, not waking up, may have to wait out of the queue's sight
 * for its cgroup to be no longer throttled.
 *
 * Context: tracepoint sched_migrate_task: pi_lock or runqueue lock of the
 * thread, interrupts off.
 */
void turbo_slice_arrives(struct turbo_core *core, struct turbo_thread *th)
{
	if (READ_ONCE(th->task->__state) == TASK_RUNNING)
		turbo_slice_waits(th, core);
}
