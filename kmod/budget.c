// SPDX-License-Identifier: GPL-2.0
/*
 * budget.c - the period: shares and credits (vTurbo 3.1, Algorithm 2)
 *
 * One timer for all.  Each period it takes what every VM has used, has
 * policy/budget.c compute the shares, and carries the differences over as
 * credits.  Some times within a period credits are compared: see choose.c.
 */
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/rculist.h>
#include <linux/slab.h>

#include "trace.h"
#include "vm.h"

/*
 * Times within a period that credits are compared.  One comparison more or less
 * is what a VM's share of some periods is off by.
 */
#define TICKS		32

/* All waits of a period together count for nothing below this part of it. */
#define NOTHING_PART	64

/* Credits closer than this part of a period are the same. */
#define SLACK_PART	32

/* Who has not had its floor comes before all credits: more than any can be. */
#define FIRST_NS	(4 * (s64)TURBO_BUDGET_MAX_NS)

/* What is remembered of credits, in periods. */
#define CREDIT_PERIODS	16

static u64 period_ns = SCHED_TURBO_PERIOD_DEFAULT_NS;
static u64 period_start_ns, last_period_ns = SCHED_TURBO_PERIOD_DEFAULT_NS;
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

/**
 * turbo_budget_credit - the credit of a VM
 * @vm: the VM
 * @kind: on which kind of core
 * @now: what time it is
 *
 * Context: any under RCU.
 * Return: nanoseconds of CPU time that it is behind, or ahead if negative.
 */
s64 turbo_budget_credit(struct turbo_vm *vm, enum turbo_kind kind, u64 now)
{
	struct turbo_use *use = &vm->use[kind];
	u64 total = turbo_account_in(vm, kind, VCPU_RUNS, now);
	u64 used = total > use->total_ns ? total - use->total_ns : 0;
	/* a hook may have taken the time before the period began */
	s64 elapsed = now - READ_ONCE(period_start_ns);
	s64 credit = turbo_credit_now(use->credit_ns, use->level_ns, used,
				      max_t(s64, elapsed, 0),
				      READ_ONCE(last_period_ns));

	if (kind == TURBO_REGULAR && (s64)used < READ_ONCE(vm->floor_owed_ns))
		credit += FIRST_NS;
	return credit;
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
	WRITE_ONCE(use->stat.share_ns, use->stat.share_ns + share_ns);
	if (!(claim->used_ns | claim->unmet_ns))
		return;
	WRITE_ONCE(use->stat.used_ns, use->stat.used_ns + claim->used_ns);
	WRITE_ONCE(use->stat.granted_ns, use->stat.granted_ns + claim->grant_ns);
	WRITE_ONCE(use->stat.unmet_ns, use->stat.unmet_ns + claim->unmet_ns);
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
		b->spare_ns = vm->spare_ns;
		if (turbo_account_still(vm)) {
			b->regular = (struct turbo_claim){ };
			b->turbo = (struct turbo_claim){ };
		} else {
			take(vm, TURBO_REGULAR, &b->regular, now);
			take(vm, TURBO_TURBO, &b->turbo, now);
		}
		l->vms[nr++] = vm;
	}
	if (!nr)
		return;
	forget_waits(l->budgets, nr);
	turbo_budget_compute(l->budgets, nr);
	for (i = 0; i < nr; i++) {
		vm = l->vms[i];
		b = &l->budgets[i];
		give(vm, TURBO_REGULAR, &b->regular, b->regular_share_ns);
		give(vm, TURBO_TURBO, &b->turbo, b->turbo_share_ns);
		vm->debt_ns = b->debt_ns;
		vm->spare_ns = b->spare_ns;
		WRITE_ONCE(vm->floor_owed_ns,
			   turbo_floor_next(vm->floor_owed_ns, b->floor_ns,
					    b->regular.used_ns));
		vm->stat.periods++;
		vm->stat.share_ns += b->share_ns;
		if (b->regular.used_ns > b->regular.grant_ns + turbo_budget_slack() ||
		    b->turbo.used_ns > b->turbo.grant_ns + turbo_budget_slack())
			vm->stat.periods_over++;
		trace_sched_turbo_budget(pid_nr(vm->tgid), b,
					 vm->use[TURBO_REGULAR].credit_ns,
					 vm->use[TURBO_TURBO].credit_ns);
	}
}

/* Context: hard interrupt. */
static enum hrtimer_restart tick(struct hrtimer *t)
{
	u64 now = ktime_get_ns(), period = READ_ONCE(period_ns);
	u64 next = period / TICKS;

	if (list_empty(&turbo_vms))
		return HRTIMER_NORESTART;
	if (now - period_start_ns >= period - period / TICKS / 2)
		settle(now);
	if (!turbo_choose(now))
		next = period;
	hrtimer_set_expires(t, ns_to_ktime(now + next));
	return HRTIMER_RESTART;
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
 * turbo_budget_slack - credits that differ by no more are the same
 *
 * Return: nanoseconds.
 */
s64 turbo_budget_slack(void)
{
	return READ_ONCE(period_ns) / SLACK_PART;
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
