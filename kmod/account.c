// SPDX-License-Identifier: GPL-2.0
/*
 * account.c - who runs, waits, sleeps, and for how long
 *
 * By the scheduler's switches and wake-ups, exactly: a tick would charge a
 * thread that sleeps just before each tick nothing at all.  How long a thread has
 * run is by the kernel's own account, so that a VM has what the kernel, its cgroup
 * and whoever bills it say it has.  At a switch that is up to date; for a thread
 * that runs it may be a tick behind, and the time since the switch is taken for it.
 */
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/tick.h>

#include "vm.h"

DEFINE_PER_CPU_ALIGNED(struct turbo_seat, turbo_seats);

/* vCPUs that are held back, all VMs': what a CPU that goes idle looks at. */
atomic_t turbo_nr_held[TURBO_KINDS];

/* What the kernel says that the thread has run: see turn(). */
static u64 ran_ns(const struct turbo_vcpu *v)
{
	return READ_ONCE(v->task->se.sum_exec_runtime);
}

/*
 * From one state to another.  Context: interrupts off, and the lock of the
 * runqueue that the thread is on, or the thread is off all of them.  Two come
 * while the thread may run, resync() and turbo_account_leave(): its account is the
 * last tick's then, which is wrong by a tick, once.
 */
static void turn(struct turbo_vcpu *v, enum turbo_vcpu_state state,
		 enum turbo_kind kind, u64 now)
{
	struct turbo_vm *vm = v->vm;
	struct turbo_use *use = &vm->use[v->kind];
	u64 exec_ns = ran_ns(v);
	enum turbo_vcpu_state was = v->state;
	s64 ns = was == VCPU_RUNS ? exec_ns - v->exec_ns : now - v->since_ns;

	/* clocks of two CPUs may differ by a hair */
	if (ns < 0)
		ns = 0;
	/* nobody has kept it from running but its own cgroup */
	if (v->state == VCPU_WAITS && v->stuck)
		ns = 0;
	if (was != VCPU_SLEEPS) {
		atomic64_add(ns, &use->ns[v->state]);
		atomic_dec(&use->nr[v->state]);
	} else if (state != VCPU_SLEEPS) {
		atomic_inc(&vm->awake);
	}
	if (v->state == VCPU_HELD)
		atomic_dec(&turbo_nr_held[v->kind]);
	if (state == VCPU_HELD)
		atomic_inc(&turbo_nr_held[kind]);

	raw_write_seqcount_begin(&v->seq);
	v->since_ns = now;
	v->exec_ns = exec_ns;
	v->state = state;
	v->kind = kind;
	raw_write_seqcount_end(&v->seq);

	if (state != VCPU_SLEEPS)
		atomic_inc(&vm->use[kind].nr[state]);
	WRITE_ONCE(vm->touched, true);
	/* whoever finds all asleep finds this, too: see turbo_account_still() */
	smp_mb__before_atomic();
	if (state == VCPU_SLEEPS && was != VCPU_SLEEPS)
		atomic_dec(&vm->awake);
}

/**
 * turbo_account_switch - a CPU switches from one thread to another
 * @preempt: @prev did not go to sleep by itself
 * @prev: who leaves
 * @next: who comes
 * @prev_state: task state of @prev
 *
 * Context: tracepoint sched_switch: runqueue lock held, interrupts off.
 */
void turbo_account_switch(bool preempt, struct task_struct *prev,
			  struct task_struct *next, unsigned int prev_state)
{
	struct turbo_seat *seat = this_cpu_ptr(&turbo_seats);
	struct turbo_vcpu *v = seat->cur;
	int cpu = smp_processor_id(), room;
	enum turbo_kind kind = turbo_kind_of(cpu);
	u64 now = 0;

	if (v) {
		now = ktime_get_ns();
		v->ordered = false;
		/* may have been set when another CPU had just taken it */
		WRITE_ONCE(v->stuck, false);
		if (preempt || !prev_state)
			turn(v, VCPU_WAITS, kind, now);
		else
			turn(v, READ_ONCE(v->parking) ? VCPU_HELD : VCPU_SLEEPS,
			     kind, now);
		WRITE_ONCE(seat->cur, NULL);
		room = xchg(&v->room, -1);
		if (v->state == VCPU_HELD && room >= 0)
			turbo_park_move(v, room, now);
	}
	WRITE_ONCE(seat->idle, is_idle_task(next));
	seat->coming = false;
	if (next->flags & PF_KTHREAD) {
		if (is_idle_task(next))
			turbo_choose_idle(cpu);
		return;
	}
	v = turbo_vcpu_find(next);
	if (!v) {
		if (unlikely(turbo_in_guest_loop(next)) &&
		    turbo_vcpu_runs(next))
			turbo_vm_notice(next);
		return;
	}
	now = now ?: ktime_get_ns();
	/*
	 * The core has left idle for it: its time, as in the kernel's account,
	 * which does not look at the clock again after such a wake-up.
	 */
	if (v->woken_on == cpu && is_idle_task(prev))
		now = v->since_ns;
	turn(v, VCPU_RUNS, kind, now);
	v->woken_on = -1;
	WRITE_ONCE(v->stuck, false);
	WRITE_ONCE(seat->cur, v);
	/* to go on elsewhere: see turbo_choose_woken() */
	if (READ_ONCE(v->room) >= 0)
		turbo_park_order(v, cpu);
}

/**
 * turbo_account_wakeup - a thread has become runnable
 * @p: the thread
 *
 * Context: tracepoint sched_wakeup: runqueue lock of @p's CPU held, interrupts
 * off (or @p is the current task, which runs already).
 */
void turbo_account_wakeup(struct task_struct *p)
{
	struct turbo_vcpu *v = turbo_vcpu_find(p);
	int cpu = task_cpu(p);

	/*
	 * One that runs, but is not known to yet, is left to resync(): that
	 * takes no runqueue lock, so there would be two writers.
	 */
	if (likely(!v) || v->state == VCPU_RUNS || v->state == VCPU_WAITS ||
	    READ_ONCE(p->on_cpu))
		return;
	turn(v, VCPU_WAITS, turbo_kind_of(cpu), ktime_get_ns());
	v->woken_on = READ_ONCE(per_cpu(turbo_seats, cpu).idle) ? cpu : -1;
	turbo_choose_woken(v, cpu);
}

/*
 * Context: interrupt on the CPU, so that nobody else writes to the vCPU that
 * runs here: not a switch, for which interrupts are off, nor a wake-up.
 */
static void resync(void *info)
{
	struct turbo_seat *seat = this_cpu_ptr(&turbo_seats);
	struct turbo_vcpu *v = turbo_vcpu_find(current);

	/* what is there may be gone, and long off this CPU */
	if (!v || v->gone || seat->cur == v)
		return;
	turn(v, VCPU_RUNS, turbo_kind_of(smp_processor_id()), ktime_get_ns());
	WRITE_ONCE(seat->cur, v);
}

/**
 * turbo_account_resync - take notice of vCPUs that run already
 *
 * Context: task context, may sleep.
 */
void turbo_account_resync(void)
{
	on_each_cpu(resync, NULL, 1);
}

/* Context: interrupt on the CPU. */
static void forget(void *info)
{
	struct turbo_seat *seat = this_cpu_ptr(&turbo_seats);
	struct turbo_vcpu *v = READ_ONCE(seat->take);

	if (seat->cur && seat->cur->gone)
		WRITE_ONCE(seat->cur, NULL);
	/* another CPU may have put somebody else there meanwhile */
	if (v && v->gone)
		cmpxchg(&seat->take, v, NULL);
}

/**
 * turbo_account_forget - make all CPUs let go of vCPUs that are gone
 *
 * Context: task context, may sleep; they are out of the table since a grace
 * period.
 */
void turbo_account_forget(void)
{
	on_each_cpu(forget, NULL, 1);
}

/**
 * turbo_account_leave - close the account of a vCPU
 * @v: the vCPU, which no hook finds any more
 *
 * Context: turbo_mutex held.
 */
void turbo_account_leave(struct turbo_vcpu *v)
{
	unsigned long flags;

	local_irq_save(flags);
	turn(v, VCPU_SLEEPS, v->kind, ktime_get_ns());
	local_irq_restore(flags);
}

/**
 * turbo_account_still - has no vCPU of a VM changed its state, and all sleep?
 * @vm: the VM
 *
 * Context: the tick, which asks this once a period, before it reads the times.
 */
bool turbo_account_still(struct turbo_vm *vm)
{
	if (!atomic_read(&vm->awake)) {
		smp_rmb(); /* pairs with the barrier in turn() */
		if (!READ_ONCE(vm->touched))
			return true;
	}
	WRITE_ONCE(vm->touched, false);
	smp_mb(); /* who has set it before has written his times before */
	return false;
}

/*
 * How far the kernel's account of a thread that runs can be behind: to the last
 * tick, of which there is one a second at least.
 */
static s64 tick_lag(void)
{
	return 2 * (tick_nohz_full_enabled() ? NSEC_PER_SEC : TICK_NSEC);
}

/*
 * How long a vCPU has been in a state that it is in.  If it runs, that is the time
 * since the switch, but the kernel may not count all of that: interrupts, or what a
 * host above us has stolen.  So that what it will say is not far below in the end.
 * Context: RCU.
 */
static u64 flight(const struct turbo_vcpu *v, enum turbo_kind kind,
		  enum turbo_vcpu_state state, u64 now)
{
	unsigned int seq;
	s64 ns;

	do {
		seq = raw_read_seqcount(&v->seq);
		ns = v->kind == kind && v->state == state ?
		     now - v->since_ns : 0;
		if (state == VCPU_WAITS && READ_ONCE(v->stuck))
			ns = 0;
		if (state == VCPU_RUNS && ns > tick_lag())
			ns = min_t(s64, ns, ran_ns(v) - v->exec_ns + tick_lag());
	} while (read_seqcount_retry(&v->seq, seq));
	return max_t(s64, ns, 0);
}

/* The same for all that run.  No more of them do than there are CPUs. */
static u64 flight_of_runners(const struct turbo_vm *vm, enum turbo_kind kind,
			     u64 now)
{
	const struct turbo_vcpu *v;
	u64 sum = 0;
	int cpu;

	for_each_online_cpu(cpu) {
		v = READ_ONCE(per_cpu(turbo_seats, cpu).cur);
		if (v && v->vm == vm)
			sum += flight(v, kind, VCPU_RUNS, now);
	}
	return sum;
}

/**
 * turbo_account_in - how long the vCPUs of a VM have been in a state, up to now
 * @vm: the VM
 * @kind: on which kind of core
 * @state: the state, but not VCPU_SLEEPS
 * @now: what time it is
 *
 * A vCPU that changes its state meanwhile may be missed or counted double for
 * this once.
 *
 * Context: any under RCU, or turbo_mutex held.
 */
u64 turbo_account_in(struct turbo_vm *vm, enum turbo_kind kind,
		     enum turbo_vcpu_state state, u64 now)
{
	struct turbo_use *use = &vm->use[kind];
	u64 sum = atomic64_read(&use->ns[state]);
	struct turbo_vcpu *v;

	if (atomic_read(&use->nr[state]) <= 0)
		return sum;
	/* the hooks ask for this one, and a process may have many threads */
	if (state == VCPU_RUNS && vm->nr_vcpus > num_online_cpus())
		return sum + flight_of_runners(vm, kind, now);
	turbo_for_each_vcpu(v, vm)
		sum += flight(v, kind, state, now);
	return sum;
}
