// SPDX-License-Identifier: GPL-2.0
/*
 * budget.c - the period, and who is to be held back (vTurbo 3.1, Algorithm 2)
 *
 * One timer for all.  Each period it takes what every VM has used, has
 * policy/budget.c compute the shares, and carries the differences over as
 * credits.  Some times within a period it compares credits: a vCPU that runs
 * while one waits whose VM has more credit is held back, and one that is held
 * back goes on when its VM has more credit than one that runs.
 *
 * Comparing, rather than giving out rations, is what makes it work-conserving:
 * whose VM is over its budget still runs where nobody else wants the core.  A
 * core that would idle takes a held vCPU at once, by turbo_budget_idle().
 */
#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "trace.h"
#include "vm.h"

/* Times within a period that credits are compared. */
#define TICKS		16

/* Credits closer than this part of a period are the same. */
#define SLACK_PART	32

/* All waits of a period together count for nothing below this part of it. */
#define NOTHING_PART	64

/* What is remembered of credits and of turbo debts, in periods. */
#define CREDIT_PERIODS	16
#define DEBT_PERIODS	16

/* A core is not made free for a vCPU of another one more often than that. */
#define BOUNCE_PERIODS	8

static u64 period_ns = SCHED_TURBO_PERIOD_DEFAULT_NS;
static u64 period_start_ns, last_period_ns;
static struct hrtimer timer;
static bool timer_made;

/* What the tick computes with; exchanged for a larger one when VMs come. */
struct ledger {
	struct rcu_head rcu;
	unsigned int room;
	struct turbo_vm **vms;		/* behind the budgets */
	struct turbo_budget budgets[];
};

static struct ledger __rcu *ledger;

static u64 read_period(void)
{
	return READ_ONCE(period_ns);
}

/* VM that runs on a CPU and its CPU's kind.  Context: RCU. */
static struct turbo_vcpu *runner(int cpu)
{
	struct turbo_vcpu *v = READ_ONCE(per_cpu(turbo_seats, cpu).cur);

	return v && !READ_ONCE(v->gone) ? v : NULL;
}

/* The credit of a VM.  Context: RCU. */
static s64 credit_at(struct turbo_vm *vm, enum turbo_kind kind, u64 now)
{
	struct turbo_use *use = &vm->use[kind];
	u64 total = turbo_account_in(vm, kind, VCPU_RUNS, now);
	u64 used = total > use->total_ns ? total - use->total_ns : 0;

	return turbo_credit_now(use->credit_ns, use->level_ns, used,
				now - READ_ONCE(period_start_ns),
				READ_ONCE(last_period_ns));
}

/* The same, computed once.  Context: the tick, whose time is @now. */
static s64 credit_of(struct turbo_vm *vm, enum turbo_kind kind, u64 now)
{
	struct turbo_use *use = &vm->use[kind];

	if (use->stamp_ns != now) {
		WRITE_ONCE(use->now_ns, credit_at(vm, kind, now));
		use->stamp_ns = now;
	}
	return use->now_ns;
}

static bool wanting(struct turbo_vm *vm, enum turbo_kind kind)
{
	return atomic_read(&vm->use[kind].nr[VCPU_WAITS]) > 0 ||
	       atomic_read(&vm->use[kind].nr[VCPU_HELD]) > 0;
}

static s64 slack_ns(void)
{
	return READ_ONCE(period_ns) / SLACK_PART;
}

/* What a VM has used and wanted since the last time.  Context: the tick. */
static void take(struct turbo_vm *vm, enum turbo_kind kind,
		 struct turbo_claim *claim, u64 now)
{
	struct turbo_use *use = &vm->use[kind];
	u64 total = turbo_account_in(vm, kind, VCPU_RUNS, now);
	u64 unmet = turbo_account_in(vm, kind, VCPU_WAITS, now) +
		    turbo_account_in(vm, kind, VCPU_HELD, now);

	/* a switch under way may be missed once, and is found next time */
	claim->used_ns = total > use->total_ns ? total - use->total_ns : 0;
	use->total_ns = max(total, use->total_ns);
	claim->unmet_ns = unmet > use->seen_unmet_ns ?
			  unmet - use->seen_unmet_ns : 0;
	use->seen_unmet_ns = max(unmet, use->seen_unmet_ns);
}

/* Put away what was computed for a VM.  Context: the tick. */
static void give(struct turbo_vm *vm, enum turbo_kind kind,
		 const struct turbo_claim *claim, s64 share_ns)
{
	struct turbo_use *use = &vm->use[kind];

	use->credit_ns = turbo_credit_next(use->credit_ns, claim->grant_ns,
					   claim->used_ns,
					   CREDIT_PERIODS * last_period_ns);
	use->level_ns = claim->level_ns;
	WRITE_ONCE(use->stat.used_ns, use->stat.used_ns + claim->used_ns);
	WRITE_ONCE(use->stat.granted_ns, use->stat.granted_ns + claim->grant_ns);
	WRITE_ONCE(use->stat.unmet_ns, use->stat.unmet_ns + claim->unmet_ns);
	WRITE_ONCE(use->stat.share_ns, use->stat.share_ns + share_ns);
}

/*
 * Where next to nobody had to wait all have got what they want: no need to look
 * for a level.  Context: the tick.
 */
static void forget_waits(struct turbo_budget *b, unsigned int nr)
{
	u64 regular = 0, turbo = 0;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		regular += b[i].regular.unmet_ns;
		turbo += b[i].turbo.unmet_ns;
	}
	for (i = 0; i < nr && regular < last_period_ns / NOTHING_PART; i++)
		b[i].regular.unmet_ns = 0;
	for (i = 0; i < nr && turbo < last_period_ns / NOTHING_PART; i++)
		b[i].turbo.unmet_ns = 0;
}

/* The end of a period.  Context: the tick. */
static void settle(u64 now)
{
	struct ledger *l = rcu_dereference_check(ledger, true);
	struct turbo_budget *b;
	struct turbo_vm *vm;
	unsigned int nr = 0, i;

	WRITE_ONCE(last_period_ns, now - period_start_ns);
	WRITE_ONCE(period_start_ns, now);
	turbo_for_each_vm(vm) {
		if (vm->off || !l || nr == l->room)
			continue;
		b = &l->budgets[nr];
		b->weight = READ_ONCE(vm->weight);
		b->floor_ns = last_period_ns / 1000 *
			      READ_ONCE(vm->floor_permille);
		b->debt_ns = vm->debt_ns;
		take(vm, TURBO_REGULAR, &b->regular, now);
		take(vm, TURBO_TURBO, &b->turbo, now);
		l->vms[nr++] = vm;
	}
	if (!nr)
		return;
	forget_waits(l->budgets, nr);
	turbo_budget_compute(l->budgets, nr, DEBT_PERIODS * last_period_ns);
	for (i = 0; i < nr; i++) {
		vm = l->vms[i];
		b = &l->budgets[i];
		give(vm, TURBO_REGULAR, &b->regular, b->regular_share_ns);
		give(vm, TURBO_TURBO, &b->turbo, b->turbo_share_ns);
		vm->debt_ns = b->debt_ns;
		vm->stat.periods++;
		vm->stat.share_ns += b->share_ns;
		if (b->regular.used_ns > b->regular.grant_ns + slack_ns() ||
		    b->turbo.used_ns > b->turbo.grant_ns + slack_ns())
			vm->stat.periods_over++;
		trace_sched_turbo_budget(pid_nr(vm->tgid), b);
	}
}

/* Has the VM a vCPU in the queue of @cpu? */
static bool waits_on(struct turbo_vm *vm, int cpu)
{
	struct turbo_vcpu *v;

	turbo_for_each_vcpu(v, vm)
		if (READ_ONCE(v->state) == VCPU_WAITS &&
		    task_cpu(v->task) == cpu)
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
 * use it: the one with most credit, if that is more than @credit.
 * Return: that it is so; the held vCPU, or NULL for one in the queue, is in @held.
 */
static bool better(int cpu, enum turbo_kind kind, struct turbo_vm *but,
		   s64 credit, u64 now, struct turbo_vcpu **held)
{
	struct turbo_vcpu *v;
	struct turbo_vm *vm;
	bool found = false;

	turbo_for_each_vm(vm) {
		struct turbo_use *use = &vm->use[kind];
		s64 its;

		if (vm == but || vm->off || !wanting(vm, kind))
			continue;
		its = credit_at(vm, kind, now);
		if (its <= credit)
			continue;
		if (atomic_read(&use->nr[VCPU_WAITS]) > 0 && waits_on(vm, cpu)) {
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

/* Who runs on a CPU, and who should?  Context: the tick. */
static void compare(int cpu, u64 now)
{
	enum turbo_kind kind = turbo_kind_of(cpu);
	struct turbo_vcpu *v = runner(cpu), *held;
	s64 least = S64_MIN;

	if (v)
		least = credit_at(v->vm, kind, now) + slack_ns();
	if (!better(cpu, kind, v ? v->vm : NULL, least, now, &held))
		return;
	if (held)
		turbo_park_release(held);
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
		slack_ns();
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
	if (now < seat->room_until + read_period() * BOUNCE_PERIODS)
		return;
	WRITE_ONCE(seat->room_until, now + read_period() / TICKS);
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
		if (READ_ONCE(v->state) == VCPU_WAITS && v->kind == kind)
			bounce(worst, v, kind, now);
}

static bool contended(enum turbo_kind kind)
{
	struct turbo_vm *vm;

	turbo_for_each_vm(vm)
		if (wanting(vm, kind))
			return true;
	return false;
}

/* Context: hard interrupt. */
static enum hrtimer_restart tick(struct hrtimer *t)
{
	u64 now = ktime_get_ns(), period = READ_ONCE(period_ns);
	u64 next = period / TICKS;
	bool busy = false;
	int cpu, kind;

	if (list_empty(&turbo_vms))
		return HRTIMER_NORESTART;
	if (now - period_start_ns >= period - period / TICKS / 2)
		settle(now);
	for (kind = 0; kind < TURBO_KINDS; kind++) {
		if (!contended(kind))
			continue;
		busy = true;
		for_each_online_cpu(cpu)
			if (turbo_kind_of(cpu) == kind)
				compare(cpu, now);
		make_room(kind, now);
	}
	if (!busy)
		next = period;
	hrtimer_set_expires(t, ns_to_ktime(now + next));
	return HRTIMER_RESTART;
}

/**
 * turbo_budget_woken - a vCPU has become runnable
 * @v: the vCPU
 * @cpu: in whose queue
 *
 * Context: hook, runqueue lock of @cpu held, interrupts off.
 */
void turbo_budget_woken(struct turbo_vcpu *v, int cpu)
{
	enum turbo_kind kind = v->kind;
	struct turbo_vcpu *x = runner(cpu);
	u64 now;

	if (!x || x->vm == v->vm || x->vm->off || v->vm->off)
		return;
	now = ktime_get_ns();
	if (credit_at(v->vm, kind, now) > credit_at(x->vm, kind, now) + slack_ns())
		turbo_park_order(x, cpu);
}

/**
 * turbo_budget_idle - a CPU goes idle
 * @cpu: this CPU
 *
 * Context: hook, runqueue lock held, interrupts off.
 */
void turbo_budget_idle(int cpu)
{
	enum turbo_kind kind = turbo_kind_of(cpu);
	struct turbo_vm *vm;

	turbo_for_each_vm(vm) {
		if (atomic_read(&vm->use[kind].nr[VCPU_HELD]) <= 0)
			continue;
		irq_work_queue(&this_cpu_ptr(&turbo_seats)->work);
		return;
	}
}

/**
 * turbo_budget_fill - an idle CPU looks for a vCPU that is held back
 * @cpu: this CPU
 *
 * Context: hard interrupt on the CPU.
 */
void turbo_budget_fill(int cpu)
{
	struct turbo_seat *seat = this_cpu_ptr(&turbo_seats);
	u64 now = ktime_get_ns();
	struct turbo_vcpu *held;

	if (!better(cpu, turbo_kind_of(cpu), NULL, S64_MIN, now, &held) || !held)
		return;
	/* whom it is being made free for is on his way, or the tick comes */
	if (held->room != cpu && now < READ_ONCE(seat->room_until))
		return;
	turbo_park_release(held);
}

/**
 * turbo_budget_room - have room for so many VMs
 * @nr: how many
 *
 * Context: turbo_mutex held, may sleep.
 * Return: 0 or -ENOMEM.
 */
int turbo_budget_room(unsigned int nr)
{
	struct ledger *old, *new;

	lockdep_assert_held(&turbo_mutex);
	old = rcu_dereference_protected(ledger,
					lockdep_is_held(&turbo_mutex));
	if (old && old->room >= nr)
		return 0;
	nr = roundup_pow_of_two(max(nr, 8U));
	new = kvzalloc(struct_size(new, budgets, nr) +
		       nr * sizeof(*new->vms), GFP_KERNEL);
	if (!new)
		return -ENOMEM;
	new->room = nr;
	new->vms = (struct turbo_vm **)&new->budgets[nr];
	rcu_assign_pointer(ledger, new);
	if (old)
		kvfree_rcu(old, rcu);
	return 0;
}

/**
 * turbo_budget_set_period - how often shares are computed
 * @ns: the period
 *
 * Context: turbo_mutex held.
 * Return: 0 or -ERANGE.
 */
int turbo_budget_set_period(u64 ns)
{
	lockdep_assert_held(&turbo_mutex);
	if (ns < SCHED_TURBO_PERIOD_MIN_NS || ns > SCHED_TURBO_PERIOD_MAX_NS) {
		pr_notice("period %llu ns is not within %llu to %llu ns\n", ns,
			  SCHED_TURBO_PERIOD_MIN_NS, SCHED_TURBO_PERIOD_MAX_NS);
		return -ERANGE;
	}
	WRITE_ONCE(period_ns, ns);
	return 0;
}

/**
 * turbo_budget_period - the period in nanoseconds
 */
u64 turbo_budget_period(void)
{
	return READ_ONCE(period_ns);
}

/**
 * turbo_budget_start - there is a VM: begin to tick
 *
 * Context: turbo_mutex held; the VM is on the list.
 */
void turbo_budget_start(void)
{
	lockdep_assert_held(&turbo_mutex);
	if (!timer_made) {
		turbo_hrtimer_setup(&timer, tick, CLOCK_MONOTONIC,
				    HRTIMER_MODE_ABS_HARD);
		timer_made = true;
	}
	if (turbo_nr_vms > 1)
		return;
	/* a callback under way may not have seen that there are VMs again */
	hrtimer_cancel(&timer);
	period_start_ns = ktime_get_ns();
	last_period_ns = period_ns;
	hrtimer_start(&timer, ns_to_ktime(period_start_ns + period_ns / TICKS),
		      HRTIMER_MODE_ABS_HARD);
}

/**
 * turbo_budget_exit - stop, and free
 *
 * Context: task context; no VM is left.
 */
void turbo_budget_exit(void)
{
	if (timer_made)
		hrtimer_cancel(&timer);
	kvfree(rcu_dereference_protected(ledger, true));
	RCU_INIT_POINTER(ledger, NULL);
}
