// SPDX-License-Identifier: GPL-2.0
/*
 * park.c - holding a vCPU back
 *
 * A vCPU whose VM is over its budget is held back where the kernel itself
 * would schedule: on its way back into the guest.  Work for the task brings it
 * there, as the kernel's own bandwidth control does since 6.18.  There it
 * holds no lock but its own vCPU's, as when it is in the guest, and it sleeps
 * interruptibly: a kick by a signal, a fatal one, or more work for the task
 * makes it leave at once.
 *
 * Not on the way back to user space: QEMU's threads hold locks there that the
 * whole VM needs.  See docs/design-budget.md.
 *
 * The work is queued by an interrupt on the CPU that runs the vCPU, while it
 * is in KVM_RUN.  So the thread cannot be one that stays stopped or frozen
 * with our work queued: it must come by one of the two places first.
 */
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/smp.h>
#include <linux/wait.h>

#include "trace.h"
#include "vm.h"

/* Anything that should have woken a held vCPU has long done so. */
#define CHECK_JIFFIES	(HZ / 4)

/* Works queued and not yet over: code of ours runs, or will, in a thread. */
static atomic_t works_out = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(works_wait);

/* The last that a work does.  Context: the thread. */
static void work_over(struct turbo_vcpu *v)
{
	turbo_vcpu_free(v);
	if (atomic_dec_and_test(&works_out))
		wake_up(&works_wait);
}

/*
 * About to sleep interruptibly, and really off the runqueue.  Since 6.12 one
 * that goes to sleep ahead of its fair share of the CPU, as who is held back
 * mostly is, is otherwise left in the queue until the others have caught up; if
 * it is woken meanwhile, it goes on right there, whatever CPU idles.  States
 * that are "special" are excepted, and this one says what it is ("P" in ps).
 */
static void sleep_off_queue(void)
{
	set_special_state(TASK_PARKED | TASK_INTERRUPTIBLE);
	/* as in set_current_state(): see turbo_park_leave() */
	smp_mb();
}

/* Context: the thread, in or behind KVM_RUN, no lock held but KVM's vCPU. */
static void park(struct callback_head *head)
{
	struct turbo_vcpu *v = container_of(head, struct turbo_vcpu, work);

	/*
	 * The last that was queued comes first.  Work of others that is behind
	 * this one, the release of a file say, shall not wait until the vCPU may
	 * go on: take another turn, alone.
	 */
	if (head->next && !turbo_task_work_add(current, head, TWA_RESUME))
		return;
	clear_bit_unlock(0, &v->pending);
	if (!turbo_in_guest_loop(current) || current->flags & PF_EXITING) {
		/*
		 * Back to user space: held back next time, if still due.  Or the
		 * kernel has killed it in the middle of KVM_RUN (an oops).
		 */
		WRITE_ONCE(v->held, false);
		atomic64_inc(&v->vm->stat.dodges);
		work_over(v);
		return;
	}
	while (READ_ONCE(v->held) && !READ_ONCE(v->gone)) {
		WRITE_ONCE(v->parking, true);
		sleep_off_queue();
		if (!READ_ONCE(v->held) || signal_pending(current))
			break;
		schedule_timeout(CHECK_JIFFIES);
		if (signal_pending(current))
			break;
	}
	__set_current_state(TASK_RUNNING);
	WRITE_ONCE(v->parking, false);
	WRITE_ONCE(v->held, false);
	work_over(v);
}

/* Context: the thread. */
static void flush(struct callback_head *head)
{
	work_over(container_of(head, struct turbo_vcpu, flush));
}

/*
 * Hold back the vCPU that runs here, if that was ordered.
 * Context: hard interrupt on the CPU.
 */
static void hold_current(struct turbo_seat *seat)
{
	struct turbo_vcpu *v = seat->cur;

	if (!v || v->task != current || v->gone || !v->ordered)
		return;
	v->ordered = false;
	if (!turbo_in_guest_loop(current) || test_and_set_bit(0, &v->pending))
		return;
	WRITE_ONCE(v->held, true);
	refcount_inc(&v->refs);
	atomic_inc(&works_out);
	init_task_work(&v->work, park);
	if (turbo_task_work_add(current, &v->work, TWA_RESUME)) {
		/* it exits */
		clear_bit_unlock(0, &v->pending);
		WRITE_ONCE(v->held, false);
		work_over(v);
		return;
	}
	atomic64_inc(&v->vm->stat.holds);
	trace_sched_turbo_hold(current, smp_processor_id());
}

/*
 * Wake a vCPU that is held back, here.  The scheduler looks for a CPU that idles
 * next to the one where the task has slept, and takes that one if there is none;
 * whether it looks at the one that wakes it, too, depends on caches and on who
 * wakes whom.  So let it appear to have slept here, as the kernel itself does
 * with one that is to be migrated while it sleeps (__migrate_swap_task()).
 *
 * Context: hard interrupt, in which nobody holds a pi_lock.
 */
static void wake_here(struct turbo_seat *seat, struct turbo_vcpu *v)
{
	struct task_struct *p = v->task;
	int cpu = smp_processor_id();
	unsigned long flags;

	raw_spin_lock_irqsave(&p->pi_lock, flags);
	/* with the lock, nobody else is waking it, and it sleeps on */
	if (READ_ONCE(p->__state) & TASK_PARKED) {
		/* the state before on_rq, as in try_to_wake_up() */
		smp_rmb();
		if (!READ_ONCE(p->on_rq) &&
		    cpumask_test_cpu(cpu, p->cpus_ptr)) {
			/*
			 * On its way off its CPU it would be left to that one,
			 * which does not ask where to.  That takes what is left
			 * of a switch; try_to_wake_up() waits for it likewise.
			 */
			smp_cond_load_acquire(&p->on_cpu, !VAL);
			p->wake_cpu = cpu;
			seat->coming = true;
		}
	}
	raw_spin_unlock_irqrestore(&p->pi_lock, flags);
	turbo_park_release(v);
}

/* Context: hard interrupt. */
static void look(struct turbo_seat *seat)
{
	struct turbo_vcpu *v = xchg(&seat->take, NULL);

	if (v) {
		WRITE_ONCE(v->held, false);
		wake_here(seat, v);
	}
	if (!is_idle_task(current))
		hold_current(seat);
	else if (!seat->coming)
		turbo_choose_fill(smp_processor_id());
}

static void look_work(struct irq_work *work)
{
	look(container_of(work, struct turbo_seat, work));
}

static void look_poked(void *info)
{
	struct turbo_seat *seat = info;

	atomic_xchg(&seat->poked, 0);
	look(seat);
}

/**
 * turbo_park_poke - make a CPU look what it is to do
 * @cpu: the CPU
 *
 * Context: any, interrupts off; may hold a runqueue lock.
 * Return: will it?  It may just have gone offline.
 */
bool turbo_park_poke(int cpu)
{
	struct turbo_seat *seat = per_cpu_ptr(&turbo_seats, cpu);

	if (cpu == smp_processor_id()) {
		irq_work_queue(&seat->work);
		return true;
	}
	if (atomic_xchg(&seat->poked, 1))
		return true;
	if (!smp_call_function_single_async(cpu, &seat->csd))
		return true;
	atomic_set(&seat->poked, 0);
	return false;
}

/**
 * turbo_park_order - have a running vCPU held back
 * @v: the vCPU
 * @cpu: where it runs
 *
 * If it runs there no more when the CPU takes notice, nothing happens.
 *
 * Context: any under RCU, interrupts off; may hold a runqueue lock.
 */
void turbo_park_order(struct turbo_vcpu *v, int cpu)
{
	if (!turbo_task_work_works())
		return;
	WRITE_ONCE(v->ordered, true);
	turbo_park_poke(cpu);
}

/**
 * turbo_park_release - let a vCPU go on
 * @v: the vCPU
 *
 * Context: any but under a runqueue or pi_lock.
 */
void turbo_park_release(struct turbo_vcpu *v)
{
	WRITE_ONCE(v->held, false);
	trace_sched_turbo_release(v->task);
	wake_up_process(v->task);
}

/**
 * turbo_park_here - let a vCPU go on, on this CPU
 * @v: the vCPU, which may run here
 *
 * Context: hard interrupt.
 * Return: false if somebody else has just let it go on.
 */
bool turbo_park_here(struct turbo_vcpu *v)
{
	if (!xchg(&v->held, false))
		return false;
	wake_here(this_cpu_ptr(&turbo_seats), v);
	return true;
}

/**
 * turbo_park_send - let a vCPU go on, on a certain CPU
 * @v: the vCPU, which may run there
 * @cpu: the CPU
 * @now: what time it is
 *
 * The CPU itself wakes it: the scheduler might prefer the waking CPU.  Should it
 * take long over that, see let_go() in choose.c.
 *
 * Context: the tick.
 */
void turbo_park_send(struct turbo_vcpu *v, int cpu, u64 now)
{
	struct turbo_seat *seat = per_cpu_ptr(&turbo_seats, cpu);

	/* not for others to let go on, too */
	WRITE_ONCE(v->sent_ns, now);
	if (!xchg(&v->held, false))
		return;
	/* who is there already is not ours to touch: he may be gone */
	if (cmpxchg(&seat->take, NULL, v) ||
	    (!turbo_park_poke(cpu) && cmpxchg(&seat->take, v, NULL) == v))
		turbo_park_release(v);
}

/**
 * turbo_park_move - let a vCPU that has just been held back go on elsewhere
 * @v: the vCPU
 * @cpu: where
 * @now: what time it is
 *
 * If that fails, it is held back like others.
 *
 * Context: hook, runqueue lock held, interrupts off.
 */
void turbo_park_move(struct turbo_vcpu *v, int cpu, u64 now)
{
	struct turbo_seat *seat = per_cpu_ptr(&turbo_seats, cpu);

	WRITE_ONCE(v->sent_ns, now);
	if (!v->gone && !cmpxchg(&seat->take, NULL, v) && !turbo_park_poke(cpu))
		cmpxchg(&seat->take, v, NULL);
}

/**
 * turbo_park_leave - let a vCPU go on, if it is held back
 * @v: the vCPU
 *
 * Context: any but under a runqueue or pi_lock.
 */
void turbo_park_leave(struct turbo_vcpu *v)
{
	WRITE_ONCE(v->held, false);
	/* pairs with the barrier in sleep_off_queue(): it sees this, or we that */
	smp_mb();
	if (READ_ONCE(v->parking))
		turbo_park_release(v);
}

/**
 * turbo_park_flush - get a thread over the work that may be queued for it
 * @v: a vCPU that is gone
 *
 * A halted vCPU would otherwise keep it until its next interrupt.
 *
 * Context: task context.
 */
void turbo_park_flush(struct turbo_vcpu *v)
{
	turbo_park_leave(v);
	if (!test_bit(0, &v->pending))
		return;
	refcount_inc(&v->refs);
	atomic_inc(&works_out);
	init_task_work(&v->flush, flush);
	if (turbo_task_work_add(v->task, &v->flush, TWA_SIGNAL))
		work_over(v);
}

/**
 * turbo_park_init - set up what CPUs are told to look by
 */
void turbo_park_init(void)
{
	struct turbo_seat *seat;
	int cpu;

	for_each_possible_cpu(cpu) {
		seat = per_cpu_ptr(&turbo_seats, cpu);
		/* in the interrupt itself on PREEMPT_RT, too: it asks who runs */
		seat->work = IRQ_WORK_INIT_HARD(look_work);
		INIT_CSD(&seat->csd, look_poked, seat);
	}
}

/**
 * turbo_park_exit - wait until none of our code is left in any thread
 *
 * Context: task context; no VM is left, and the hooks and the tick are down.
 */
void turbo_park_exit(void)
{
	struct turbo_seat *seat;
	int cpu;

	for_each_possible_cpu(cpu) {
		seat = per_cpu_ptr(&turbo_seats, cpu);
		irq_work_sync(&seat->work);
		while (atomic_read(&seat->poked))
			cond_resched();
	}
	/* the pokes that have just begun */
	kick_all_cpus_sync();
	wait_event(works_wait, !atomic_read(&works_out));
	/* and the last instructions of the works */
	synchronize_rcu_tasks();
}
