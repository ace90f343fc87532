// SPDX-License-Identifier: GPL-2.0
/*
 * room.c - moving who runs, for one that waits behind him
 *
 * A core where somebody runs who is further ahead, or nobody, is to be had.  Who
 * waits in a queue cannot be moved from outside.  Who runs can: he is held back
 * (park.c), and at once goes on over there.
 */
#include <linux/cpumask.h>
#include <linux/rculist.h>

#include "choose.h"

/*
 * It takes that part of a period between two VMs for one that runs to be moved
 * to the other's core.
 */
#define BOUNCE_PART	8

/* CPUs that are looked at for one that wakes up. */
#define SCAN_CPUS	32

static s64 worth_moving(void)
{
	return turbo_budget_period() / BOUNCE_PART;
}

/*
 * Where a vCPU of @vm waits, the one that runs may be worth as much, or be of
 * the same VM, while another core idles, or somebody runs there who is ahead.
 * That core is to be had, and the kernel's balancer does not see to it soon, or
 * not at all: for it, all cores are as busy.  Who waits cannot be moved, but who
 * runs can: it is held back, and goes on at once over there, where
 * turbo_choose_woken() does the rest.
 *
 * Context: the tick, after all have been compared.
 */
static void bounce(struct turbo_vm *vm, struct turbo_vcpu *waiting,
		   enum turbo_kind kind, u64 now)
{
	int from = task_cpu(waiting->task), cpu, to = -1;
	struct turbo_vcpu *x, *mover = turbo_runner(from);
	struct turbo_seat *seat;
	s64 least;

	if (!mover || mover->vm->off || turbo_kind_of(from) != kind)
		return;
	least = turbo_credit_of(mover->vm, kind, now);
	/* it is being held back for who waits */
	if (least + turbo_choose_slack(from) < turbo_credit_of(vm, kind, now))
		return;
	least = min(least, turbo_credit_of(vm, kind, now)) - worth_moving();
	for_each_cpu_and(cpu, mover->task->cpus_ptr, cpu_online_mask) {
		seat = per_cpu_ptr(&turbo_seats, cpu);
		if (turbo_kind_of(cpu) != kind || READ_ONCE(seat->take))
			continue;
		if (turbo_idles(cpu)) {
			to = cpu;
			break;
		}
		x = turbo_runner(cpu);
		if (!x || x->vm->off || READ_ONCE(x->ordered) ||
		    turbo_credit_of(x->vm, kind, now) >= least)
			continue;
		least = turbo_credit_of(x->vm, kind, now);
		to = cpu;
	}
	if (to < 0)
		return;
	WRITE_ONCE(mover->room, to);
	turbo_park_order(mover, from);
}

/* Has the VM a vCPU that waits, and could run? */
static bool waits(struct turbo_vm *vm, enum turbo_kind kind)
{
	struct turbo_vcpu *v;

	if (vm->off || atomic_read(&vm->use[kind].nr[VCPU_WAITS]) <= 0)
		return false;
	turbo_for_each_vcpu(v, vm)
		if (turbo_queued(v) && v->kind == kind)
			return true;
	return false;
}

/**
 * turbo_room_make - the VM that is furthest behind shall not wait in vain
 * @kind: on which kind of core
 * @now: the tick's time
 *
 * Context: the tick, after all have been compared.
 */
void turbo_room_make(enum turbo_kind kind, u64 now)
{
	struct turbo_vm *vm, *worst = NULL;
	struct turbo_vcpu *v;

	turbo_for_each_vm(vm)
		if (waits(vm, kind) &&
		    (!worst || turbo_credit_of(vm, kind, now) >
			       turbo_credit_of(worst, kind, now)))
			worst = vm;
	if (!worst)
		return;
	turbo_for_each_vcpu(v, worst)
		if (turbo_queued(v) && v->kind == kind)
			bounce(worst, v, kind, now);
}

/**
 * turbo_room_elsewhere - where somebody runs who is worth so much less
 * @v: a vCPU
 * @but: a CPU, on which it is; of the same kind it shall be
 * @credit: than this
 * @now: what time it is
 *
 * Of the CPUs that the vCPU may use, the one whose VM has the least credit.  By
 * the credits of the last tick: this is asked under a runqueue lock, which is
 * also why not all of many CPUs are looked at, but the next ones.
 *
 * Context: hook, runqueue lock of @but held, interrupts off.
 * Return: the CPU, or -1.
 */
int turbo_room_elsewhere(const struct turbo_vcpu *v, int but, s64 credit,
			 u64 now)
{
	enum turbo_kind kind = turbo_kind_of(but);
	struct turbo_use *use;
	struct turbo_vcpu *x;
	s64 below = credit - worth_moving();
	int cpu, to = -1, n = 0;

	for_each_cpu_wrap(cpu, v->task->cpus_ptr, but) {
		if (n++ > SCAN_CPUS)
			break;
		x = turbo_runner(cpu);
		if (!x || cpu == but || turbo_kind_of(cpu) != kind ||
		    x->vm->off || READ_ONCE(per_cpu(turbo_seats, cpu).take))
			continue;
		use = &x->vm->use[kind];
		if (READ_ONCE(use->now_ns) >= below ||
		    now - READ_ONCE(use->stamp_ns) >
		    turbo_budget_period() / TURBO_LATE_PART)
			continue;
		below = use->now_ns;
		to = cpu;
	}
	return to;
}
