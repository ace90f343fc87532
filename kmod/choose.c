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

#include "choose.h"

/*
 * Where a stranger runs, credits closer than some of the kernel's turns are the
 * same: those are whole ticks, and 3 ms or more.
 */
#define STRANGER_TURNS	4
#define TURN_NS		max_t(s64, TICK_NSEC, 4 * NSEC_PER_MSEC)

/* Who is not seen to wait in vain for this part of a period does so anew. */
#define VAIN_GAP_PART	4

/* Held vCPUs that others have let go on before an idle CPU leaves it to the tick. */
#define FILL_TRIES	4

/*
 * Has somebody without a budget a part of regular core @cpu?  On turbo cores
 * slices are as short for all, and nobody counts strangers.  Context: any.
 */
static bool has_stranger(int cpu)
{
	return turbo_kind_of(cpu) == TURBO_REGULAR &&
	       READ_ONCE(per_cpu(turbo_seats, cpu).stranger) >= TURBO_STRANGER;
}

/**
 * turbo_choose_slack - by how much credits are to differ before one is held back
 * @cpu: for whose CPU
 *
 * Who is held back is not in the queue, and leaves his part to all that are.
 * Among VMs that is made up for, but a thread that is none's, or a VM without a
 * budget, keeps it: beside three that always work it had 44 % instead of 25.  So
 * there the kernel's own turns are not cut short, and only what adds up beyond
 * them is evened out.
 *
 * Context: any under RCU.
 * Return: nanoseconds.
 */
s64 turbo_choose_slack(int cpu)
{
	s64 slack = turbo_budget_slack();

	return has_stranger(cpu) ? max(slack, STRANGER_TURNS * TURN_NS) : slack;
}

/**
 * turbo_credit_of - the credit of a VM, computed once
 * @vm: the VM
 * @kind: on which kind of core
 * @now: the tick's time
 *
 * Context: the tick.
 * Return: as turbo_budget_credit().
 */
s64 turbo_credit_of(struct turbo_vm *vm, enum turbo_kind kind, u64 now)
{
	struct turbo_use *use = &vm->use[kind];

	if (use->stamp_ns != now) {
		WRITE_ONCE(use->now_ns, turbo_budget_credit(vm, kind, now));
		WRITE_ONCE(use->stamp_ns, now);
	}
	return use->now_ns;
}

static bool wanting(struct turbo_vm *vm, enum turbo_kind kind)
{
	return atomic_read(&vm->use[kind].nr[VCPU_WAITS]) > 0 ||
	       atomic_read(&vm->use[kind].nr[VCPU_HELD]) > 0;
}

/* Has the VM a vCPU in the queue of @cpu? */
static bool waits_on(struct turbo_vm *vm, int cpu)
{
	struct turbo_vcpu *v;

	turbo_for_each_vcpu(v, vm)
		if (turbo_queued(v) && task_cpu(v->task) == cpu)
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
	bool idle = turbo_idles(cpu);
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
	struct turbo_vcpu *x = turbo_runner(cpu);

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
		if (!turbo_queued(v))
			continue;
		cpu = task_cpu(v->task);
		if (turbo_kind_of(cpu) == kind &&
		    !turbo_idles(cpu))
			bid(v, cpu, turbo_credit_of(vm, kind, now), now);
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
				bid(v, cpu, turbo_credit_of(vm, kind, now), now);
	}
}

/*
 * Beside a stranger a CPU does not idle when all others are held back for one
 * whose cgroup is throttled, as it does for mark_stuck().  What tells is that no
 * VM's vCPU has run there for some turns, @v being who does at the moment:
 * compare() begins anew with each.
 *
 * Should one that waits just be unlucky, it goes on waiting as on stock Linux,
 * and nobody is held back for it until it has run.  Context: the tick.
 */
static bool waits_in_vain(struct turbo_seat *seat, const struct turbo_vcpu *v,
			  int cpu, u64 now)
{
	if (v || !has_stranger(cpu))
		return false;
	if (now - seat->vain_seen_ns > turbo_budget_period() / VAIN_GAP_PART)
		seat->vain_ns = now;
	seat->vain_seen_ns = now;
	return now - seat->vain_ns > STRANGER_TURNS * TURN_NS;
}

/* Who runs on a CPU, and who should?  Context: the tick, after all bids. */
static void compare(int cpu, u64 now)
{
	struct turbo_seat *seat = per_cpu_ptr(&turbo_seats, cpu);
	enum turbo_kind kind = turbo_kind_of(cpu);
	struct turbo_vcpu *v = turbo_runner(cpu), *held;
	s64 least = S64_MIN;

	if (v)
		seat->vain_seen_ns = 0;
	if (seat->bid_at_ns != now)
		return;
	if (kind == TURBO_REGULAR)
		WRITE_ONCE(seat->stranger,
			   turbo_stranger_next(seat->stranger,
					       !v && !turbo_idles(cpu)));
	if (v)
		least = turbo_credit_of(v->vm, kind, now) + turbo_choose_slack(cpu);
	if (seat->bid_ns <= least)
		return;
	held = READ_ONCE(seat->bid->state) == VCPU_HELD ? seat->bid : NULL;
	if (!held && waits_in_vain(seat, v, cpu, now)) {
		WRITE_ONCE(seat->bid->stuck, true);
		return;
	}
	/* another CPU has just taken it: who is next? */
	if (held && !READ_ONCE(held->held) &&
	    !better(cpu, kind, v ? v->vm : NULL, least, now, &held))
		return;
	if (held)
		turbo_park_send(held, cpu, now);
	else if (v && !v->vm->off)
		turbo_park_order(v, cpu);
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
 * On a turbo core, who is no more ahead than the one that runs shares the core
 * with him by slices, rather than by comparisons, which are ten times as long.
 * If only the best one went on, two of equals could alternate at those for ever.
 *
 * So they could beside a stranger, by the slack there, and one of them would
 * always be held back.  There who goes on is ahead of nobody, or it would soon be
 * held back again.  What those that wait bid is of the last tick, and so is its
 * own VM's, which may have more vCPUs that run.
 */
static bool joins(const struct turbo_vcpu *v, enum turbo_kind kind, u64 now)
{
	int cpu = task_cpu(v->task);
	struct turbo_vcpu *x = turbo_runner(cpu);
	s64 credit;

	if (!x || x->vm == v->vm || x->vm->off || turbo_kind_of(cpu) != kind)
		return false;
	credit = turbo_credit_of(v->vm, kind, now);
	if (credit < turbo_credit_of(x->vm, kind, now))
		return false;
	return kind == TURBO_TURBO ||
	       (has_stranger(cpu) && credit + turbo_budget_slack() >=
				     per_cpu(turbo_seats, cpu).bid_ns);
}

/*
 * Somebody may have moved a vCPU that is held back, by its affinity, or a core
 * has gone offline or become one of the other kind; or its VM has no budget any
 * more.  No core would ever let it go on.  Or one was to do so and has not, for
 * its interrupts are off, or it is no core at all but a vCPU of a host above us
 * that does not run.
 *
 * Context: the tick.
 */
static void let_go(struct turbo_vm *vm, enum turbo_kind kind, u64 now)
{
	struct turbo_vcpu *v;
	bool goes;

	if (atomic_read(&vm->use[kind].nr[VCPU_HELD]) <= 0)
		return;
	turbo_for_each_vcpu(v, vm) {
		if (READ_ONCE(v->state) != VCPU_HELD || v->kind != kind)
			continue;
		if (READ_ONCE(v->held))
			goes = vm->off || !at_home(v, kind) ||
			       joins(v, kind, now);
		else
			goes = now - READ_ONCE(v->sent_ns) >
			       turbo_budget_period() / TURBO_LATE_PART;
		if (goes)
			turbo_park_release(v);
	}
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
		/* before anybody bids: joins() goes by the bids of the last tick */
		let_go(vm, kind, now);
	}
	if (!any)
		return false;
	turbo_for_each_vm(vm) {
		if (!atomic_read(&vm->awake) || !wanting(vm, kind) || vm->off)
			continue;
		bid_waiting(vm, kind, now);
		bid_held(vm, kind, now);
	}
	return true;
}

/* What weakest() looks at.  Context: the tick. */
static void refresh(enum turbo_kind kind, u64 now)
{
	struct turbo_vcpu *v;
	int cpu;

	for_each_online_cpu(cpu) {
		v = turbo_runner(cpu);
		if (v && turbo_kind_of(cpu) == kind)
			turbo_credit_of(v->vm, kind, now);
	}
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
	int cpu, kind, idle;

	for (kind = 0; kind < TURBO_KINDS; kind++) {
		if (!survey(kind, now))
			continue;
		busy = true;
		/* those that idle first: the others may do without them */
		for (idle = 1; idle >= 0; idle--)
			for_each_online_cpu(cpu)
				if (turbo_kind_of(cpu) == kind &&
				    turbo_idles(cpu) == idle)
					compare(cpu, now);
		refresh(kind, now);
		/* turbo cores are evened out by turbo_place_balance() */
		if (kind == TURBO_REGULAR)
			turbo_room_make(kind, now);
	}
	return busy;
}

/**
 * turbo_choose_woken - a vCPU has become runnable
 * @v: the vCPU
 * @cpu: in whose queue
 *
 * Who runs there makes room if his VM has less credit.  But if somebody runs
 * elsewhere who is further ahead than both, it is he who shall: then @v goes on
 * there, as soon as it gets to run here.
 *
 * Context: hook, runqueue lock of @cpu held, interrupts off.
 */
void turbo_choose_woken(struct turbo_vcpu *v, int cpu)
{
	enum turbo_kind kind = v->kind;
	struct turbo_vcpu *x = turbo_runner(cpu);
	s64 its, other;
	int room = -1;
	u64 now;

	if (!x || x->vm->off || v->vm->off)
		return;
	now = ktime_get_ns();
	its = turbo_budget_credit(v->vm, kind, now);
	other = x->vm == v->vm ? its : turbo_budget_credit(x->vm, kind, now);
	/*
	 * Who has just been sent here is not sent on.  Those on turbo cores have
	 * their homes, and do not wait for long.
	 */
	if (kind == TURBO_REGULAR &&
	    now - READ_ONCE(v->sent_ns) > turbo_budget_period() / TURBO_LATE_PART)
		room = turbo_room_elsewhere(v, cpu, min(its, other), now);
	WRITE_ONCE(v->room, room);
	if (room < 0 && its > other + turbo_choose_slack(cpu))
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
 * it has run again, which is all that tells that it may.  If the CPU does not
 * idle, see waits_in_vain().
 */
static void mark_stuck(int cpu, enum turbo_kind kind)
{
	struct turbo_vcpu *v;
	struct turbo_vm *vm;

	turbo_for_each_vm(vm) {
		if (atomic_read(&vm->use[kind].nr[VCPU_WAITS]) <= 0)
			continue;
		turbo_for_each_vcpu(v, vm)
			if (turbo_queued(v) && task_cpu(v->task) == cpu)
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
	u64 now = ktime_get_ns();
	struct turbo_vcpu *held;
	int i;

	mark_stuck(cpu, turbo_kind_of(cpu));
	/* another CPU may take it first */
	for (i = 0; i < FILL_TRIES; i++)
		if (!better(cpu, turbo_kind_of(cpu), NULL, S64_MIN, now, &held) ||
		    !held || turbo_park_here(held))
			return;
}
