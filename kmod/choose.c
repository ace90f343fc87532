// SPDX-License-Identifier: GPL-2.0
/*
 * choose.c - who is to be held back, and who goes on
 *
 * By comparing credits: a vCPU that runs while one waits whose VM has more
 * credit is held back, and one that is held back goes on when its VM has more
 * credit than one that runs.
 *
 * Comparing, rather than giving out rations, is what makes it work-conserving:
 * whose VM is over its budget still runs where nobody else wants the core.  A
 * core that would idle takes a held vCPU at once, by turbo_choose_fill().
 */
#include <linux/cpumask.h>
#include <linux/ktime.h>
#include <linux/rculist.h>

#include "vm.h"

/* It takes that much of a period for a core to be made idle for another's. */
#define BOUNCE_PART	2

/* A core is not made free for a vCPU of another one more often than that. */
#define BOUNCE_PERIODS	8

/* A core that is being made free waits so long for whom it is for. */
#define ROOM_PART	16

/* The vCPU that runs on a CPU, if one does.  Context: RCU. */
static struct turbo_vcpu *runner(int cpu)
{
	struct turbo_vcpu *v = READ_ONCE(per_cpu(turbo_seats, cpu).cur);

	return v && !READ_ONCE(v->gone) ? v : NULL;
}

/* The credit of a VM, computed once.  Context: the tick, whose time is @now. */
static s64 credit_of(struct turbo_vm *vm, enum turbo_kind kind, u64 now)
{
	struct turbo_use *use = &vm->use[kind];

	if (use->stamp_ns != now) {
		WRITE_ONCE(use->now_ns, turbo_budget_credit(vm, kind, now));
		use->stamp_ns = now;
	}
	return use->now_ns;
}

static bool wanting(struct turbo_vm *vm, enum turbo_kind kind)
{
	return atomic_read(&vm->use[kind].nr[VCPU_WAITS]) > 0 ||
	       atomic_read(&vm->use[kind].nr[VCPU_HELD]) > 0;
}

/* Is the vCPU in a queue, and would it run if it were its turn? */
static bool queued(const struct turbo_vcpu *v)
{
	return READ_ONCE(v->state) == VCPU_WAITS && !READ_ONCE(v->stuck);
}

/* Has the VM a vCPU in the queue of @cpu? */
static bool waits_on(struct turbo_vm *vm, int cpu)
{
	struct turbo_vcpu *v;

	turbo_for_each_vcpu(v, vm)
		if (queued(v) && task_cpu(v->task) == cpu)
			return true;
	return false;
}

/* A vCPU of the VM that is held back and may use @cpu. */
static struct turbo_vcpu *held_for(struct turbo_vm *vm, int cpu,
				   enum turbo_kind kind)
{
	struct turbo_vcpu *v;

	turbo_for_each_vcpu(v, vm)
		if (READ_ONCE(v->state) == VCPU_HELD && v->kind == kind &&
		    READ_ONCE(v->held) &&
		    cpumask_test_cpu(cpu, v->task->cpus_ptr))
			return v;
	return NULL;
}

/*
 * Of the VMs that have a vCPU in the queue of @cpu, or one held back that may
 * use it: the one with most credit, if that is more than @credit.  An idle
 * CPU's queue does not count: who is there is about to run, or cannot.
 * Return: that it is so; the held vCPU, or NULL for one in the queue, is in @held.
 */
static bool better(int cpu, enum turbo_kind kind, struct turbo_vm *but,
		   s64 credit, u64 now, struct turbo_vcpu **held)
{
	bool idle = READ_ONCE(per_cpu(turbo_seats, cpu).idle);
	struct turbo_vcpu *v;
	struct turbo_vm *vm;
	bool found = false;

	turbo_for_each_vm(vm) {
		struct turbo_use *use = &vm->use[kind];
		s64 its;

		if (vm == but || vm->off || !wanting(vm, kind))
			continue;
		its = turbo_budget_credit(vm, kind, now);
		if (its <= credit)
			continue;
		if (!idle && atomic_read(&use->nr[VCPU_WAITS]) > 0 &&
		    waits_on(vm, cpu)) {
			v = NULL;
		} else {
			if (atomic_read(&use->nr[VCPU_HELD]) <= 0)
				continue;
			v = held_for(vm, cpu, kind);
			if (!v)
				continue;
		}
		credit = its;
		*held = v;
		found = true;
	}
	return found;
}

/* A vCPU would have @cpu, in the name of its VM.  Context: the tick. */
static void bid(struct turbo_vcpu *v, int cpu, s64 credit, u64 now)
{
	struct turbo_seat *seat = per_cpu_ptr(&turbo_seats, cpu);
	struct turbo_vcpu *x = runner(cpu);

	if (x && x->vm == v->vm)
		return;
	if (seat->bid_at_ns == now && seat->bid_ns >= credit)
		return;
	seat->bid = v;
	seat->bid_ns = credit;
	seat->bid_at_ns = now;
}

/* Those that wait bid for the CPU in whose queue they are.  Context: the tick. */
static void bid_waiting(struct turbo_vm *vm, enum turbo_kind kind, u64 now)
{
	struct turbo_vcpu *v;
	int cpu;

	if (atomic_read(&vm->use[kind].nr[VCPU_WAITS]) <= 0)
		return;
	turbo_for_each_vcpu(v, vm) {
		if (!queued(v))
			continue;
		cpu = task_cpu(v->task);
		if (turbo_kind_of(cpu) == kind &&
		    !READ_ONCE(per_cpu(turbo_seats, cpu).idle))
			bid(v, cpu, credit_of(vm, kind, now), now);
	}
}

/*
 * Those that are held back bid for all that they may use; one for all that may
 * use the same.  Context: the tick.
 */
static void bid_held(struct turbo_vm *vm, enum turbo_kind kind, u64 now)
{
	struct turbo_vcpu *v, *last = NULL;
	int cpu;

	if (atomic_read(&vm->use[kind].nr[VCPU_HELD]) <= 0)
		return;
	turbo_for_each_vcpu(v, vm) {
		if (READ_ONCE(v->state) != VCPU_HELD || v->kind != kind ||
		    !READ_ONCE(v->held))
			continue;
		if (last && cpumask_equal(last->task->cpus_ptr,
					  v->task->cpus_ptr))
			continue;
		last = v;
		for_each_cpu_and(cpu, v->task->cpus_ptr, cpu_online_mask)
			if (turbo_kind_of(cpu) == kind)
				bid(v, cpu, credit_of(vm, kind, now), now);
	}
}

/* Who runs on a CPU, and who should?  Context: the tick, after all bids. */
static void compare(int cpu, u64 now)
{
	struct turbo_seat *seat = per_cpu_ptr(&turbo_seats, cpu);
	enum turbo_kind kind = turbo_kind_of(cpu);
	struct turbo_vcpu *v = runner(cpu), *held;
	s64 least = S64_MIN;

	if (seat->bid_at_ns != now)
		return;
	if (v)
		least = credit_of(v->vm, kind, now) + turbo_budget_slack();
	if (seat->bid_ns <= least)
		return;
	held = READ_ONCE(seat->bid->state) == VCPU_HELD ? seat->bid : NULL;
	/* another CPU has just taken it: who is next? */
	if (held && !READ_ONCE(held->held) &&
	    !better(cpu, kind, v ? v->vm : NULL, least, now, &held))
		return;
	if (held)
		turbo_park_send(held, cpu);
	else if (v && !v->vm->off)
		turbo_park_order(v, cpu);
}

/*
 * Where a vCPU of @vm waits, the one that runs may be worth as much, while on
 * another core somebody runs who is far ahead.  That core is to be had.  The
 * kernel's balancer does not always see to it, least of all where cores idle
 * for microseconds only; so do we, by holding both back that run: the core
 * that goes idle then takes the better one, and the scheduler moves a thread
 * that wakes up to an idle CPU by itself.
 *
 * Context: the tick.
 */
static void bounce(struct turbo_vm *vm, struct turbo_vcpu *waiting,
		   enum turbo_kind kind, u64 now)
{
	int from = task_cpu(waiting->task), cpu, to = -1;
	struct turbo_vcpu *x, *mover = runner(from), *victim = NULL;
	struct turbo_seat *seat;
	s64 least;

	if (!mover || mover->vm->off || turbo_kind_of(from) != kind)
		return;
	least = min(credit_of(vm, kind, now), credit_of(mover->vm, kind, now)) -
		(s64)(turbo_budget_period() / BOUNCE_PART);
	for_each_cpu_and(cpu, mover->task->cpus_ptr, cpu_online_mask) {
		x = runner(cpu);
		if (!x || x->vm->off || turbo_kind_of(cpu) != kind ||
		    credit_of(x->vm, kind, now) >= least)
			continue;
		least = credit_of(x->vm, kind, now);
		victim = x;
		to = cpu;
	}
	if (!victim)
		return;
	seat = per_cpu_ptr(&turbo_seats, to);
	if (now < seat->room_until + turbo_budget_period() * BOUNCE_PERIODS)
		return;
	WRITE_ONCE(seat->room_until, now + turbo_budget_period() / ROOM_PART);
	WRITE_ONCE(mover->room, to);
	turbo_park_order(mover, from);
	turbo_park_order(victim, to);
}

/* The VM that is furthest behind shall not wait in vain.  Context: the tick. */
static void make_room(enum turbo_kind kind, u64 now)
{
	struct turbo_vm *vm, *worst = NULL;
	struct turbo_vcpu *v;

	turbo_for_each_vm(vm)
		if (!vm->off && atomic_read(&vm->use[kind].nr[VCPU_WAITS]) > 0 &&
		    (!worst || credit_of(vm, kind, now) >
			       credit_of(worst, kind, now)))
			worst = vm;
	if (!worst)
		return;
	turbo_for_each_vcpu(v, worst)
		if (queued(v) && v->kind == kind)
			bounce(worst, v, kind, now);
}

/* May a vCPU run on a CPU of the kind on which it was held back? */
static bool at_home(const struct turbo_vcpu *v, enum turbo_kind kind)
{
	int cpu;

	for_each_cpu_and(cpu, v->task->cpus_ptr, cpu_online_mask)
		if (turbo_kind_of(cpu) == kind)
			return true;
	return false;
}

/*
 * Somebody may have moved a vCPU that is held back, by its affinity, or a core
 * has gone offline or become one of the other kind; or its VM has no budget any
 * more.  No core would ever let it go on.  Context: the tick.
 */
static void let_go(struct turbo_vm *vm, enum turbo_kind kind)
{
	struct turbo_vcpu *v;

	if (atomic_read(&vm->use[kind].nr[VCPU_HELD]) <= 0)
		return;
	turbo_for_each_vcpu(v, vm)
		if (READ_ONCE(v->state) == VCPU_HELD && v->kind == kind &&
		    READ_ONCE(v->held) && (vm->off || !at_home(v, kind)))
			turbo_park_release(v);
}

/* Ask all VMs what they want.  Context: the tick.  Return: does any want more? */
static bool survey(enum turbo_kind kind, u64 now)
{
	struct turbo_vm *vm;
	bool any = false;

	turbo_for_each_vm(vm) {
		if (!atomic_read(&vm->awake) || !wanting(vm, kind))
			continue;
		any = true;
		let_go(vm, kind);
		if (vm->off)
			continue;
		bid_waiting(vm, kind, now);
		bid_held(vm, kind, now);
	}
	return any;
}

/**
 * turbo_choose - compare all
 * @now: what time it is
 *
 * Context: the tick.
 * Return: does anybody want more than he has?
 */
bool turbo_choose(u64 now)
{
	bool busy = false;
	int cpu, kind;

	for (kind = 0; kind < TURBO_KINDS; kind++) {
		if (!survey(kind, now))
			continue;
		busy = true;
		for_each_online_cpu(cpu)
			if (turbo_kind_of(cpu) == kind)
				compare(cpu, now);
		make_room(kind, now);
	}
	return busy;
}

/**
 * turbo_choose_woken - a vCPU has become runnable
 * @v: the vCPU
 * @cpu: in whose queue
 *
 * Context: hook, runqueue lock of @cpu held, interrupts off.
 */
void turbo_choose_woken(struct turbo_vcpu *v, int cpu)
{
	enum turbo_kind kind = v->kind;
	struct turbo_vcpu *x = runner(cpu);
	u64 now;

	if (!x || x->vm == v->vm || x->vm->off || v->vm->off)
		return;
	now = ktime_get_ns();
	if (turbo_budget_credit(v->vm, kind, now) >
	    turbo_budget_credit(x->vm, kind, now) + turbo_budget_slack())
		turbo_park_order(x, cpu);
}

/**
 * turbo_choose_idle - a CPU goes idle
 * @cpu: this CPU
 *
 * Context: hook, runqueue lock held, interrupts off.
 */
void turbo_choose_idle(int cpu)
{
	if (atomic_read(&turbo_nr_held[turbo_kind_of(cpu)]) > 0)
		irq_work_queue(&this_cpu_ptr(&turbo_seats)->work);
}

/*
 * The CPU idles, and yet a vCPU is in its queue: if it does not run at once, its
 * cgroup is throttled (libvirt's vcpu_quota).  Nobody is held back for it until
 * it has run again, which is all that tells that it may.
 */
static void mark_stuck(int cpu, enum turbo_kind kind)
{
	struct turbo_vcpu *v;
	struct turbo_vm *vm;

	turbo_for_each_vm(vm) {
		if (atomic_read(&vm->use[kind].nr[VCPU_WAITS]) <= 0)
			continue;
		turbo_for_each_vcpu(v, vm)
			if (queued(v) && task_cpu(v->task) == cpu)
				WRITE_ONCE(v->stuck, true);
	}
}

/**
 * turbo_choose_fill - an idle CPU looks for a vCPU that is held back
 * @cpu: this CPU
 *
 * Context: hard interrupt on the CPU.
 */
void turbo_choose_fill(int cpu)
{
	struct turbo_seat *seat = this_cpu_ptr(&turbo_seats);
	u64 now = ktime_get_ns();
	struct turbo_vcpu *held;

	mark_stuck(cpu, turbo_kind_of(cpu));
	do {
		if (!better(cpu, turbo_kind_of(cpu), NULL, S64_MIN, now, &held) ||
		    !held)
			return;
		/* whom it is being made free for is on his way, or the tick comes */
		if (held->room != cpu && now < READ_ONCE(seat->room_until))
			return;
		/* another CPU may take it; each time one does there is one less */
	} while (!turbo_park_here(held));
}
