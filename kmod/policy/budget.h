/* SPDX-License-Identifier: GPL-2.0 */
/*
 * budget.h - what a VM may use of turbo and of regular cores (vTurbo 3.1)
 *
 * The paper's "VM scheduling policy" and Algorithm 2.  A VM that uses a turbo
 * core must not get more CPU than its weight gives it: what it uses of turbo
 * cores is taken off what it may use of regular ones.  Pure: the caller
 * measures what was used and makes the VMs keep to the result.
 *
 * All times are CPU time in nanoseconds used, or to be used, in one period.
 */
#ifndef SCHED_TURBO_BUDGET_H
#define SCHED_TURBO_BUDGET_H

#include "types.h"

/*
 * Input beyond this counts as this: 78 hours of one CPU, or 34 seconds of
 * 8192, in a single period.  It keeps every product within 64 bits.
 */
#define TURBO_BUDGET_MAX_NS	0x1000000000000ULL

/* Weights are 1 to this, as those of cgroups. */
#define TURBO_WEIGHT_MAX	10000

/**
 * struct turbo_claim - a VM and one kind of core, turbo or regular
 * @used_ns: used in the period
 * @unmet_ns: time its vCPUs could have run there but did not
 * @level_ns: out: what it could have in a period if it wanted all it can get
 * @grant_ns: out: what it gets of what was used, never more than it wants
 * @full_level: scratch: common level at which it has all it wants
 */
struct turbo_claim {
	u64 used_ns;
	u64 unmet_ns;
	u64 level_ns;
	u64 grant_ns;
	u64 full_level;
};

/**
 * struct turbo_budget - a VM in one period
 * @weight: wt_i, 1 to TURBO_WEIGHT_MAX
 * @floor_ns: what it keeps of regular cores, however much turbo it uses
 * @debt_ns: in and out: turbo use beyond its fair share that is not made up
 *           for yet; two periods' shares at most
 * @spare_ns: in and out: the contrary, what is left of its fair share of periods
 *            before; what it uses in one at most
 * @regular: its claim on regular cores; used is the paper's rd_i
 * @turbo: its claim on turbo cores; used is the paper's td_i
 * @share_ns: out: FS_i
 * @turbo_share_ns: out: FS_i^T
 * @regular_share_ns: out: FS_i^R; negative if turbo use alone exceeds FS_i
 * @quiet: scratch: has used nothing, wants nothing and owes nothing
 */
struct turbo_budget {
	u32 weight;
	u64 floor_ns;
	u64 debt_ns;
	u64 spare_ns;
	struct turbo_claim regular;
	struct turbo_claim turbo;
	u64 share_ns;
	u64 turbo_share_ns;
	s64 regular_share_ns;
	bool quiet;
};

/**
 * turbo_budget_compute - the shares of all VMs, from their use in a period
 * @vms: the VMs
 * @nr: how many
 *
 * First the paper's equations in their order, over what all VMs have used:
 *
 *	C_tot  = sum of rd_j + sum of td_j
 *	FS_i   = C_tot x wt_i / sum of wt_j
 *	FS_i^T = C_tot^T x wt_i / sum of wt_j
 *	FS_i^R = FS_i - td_i
 *
 * These leave open what becomes of a share that its VM does not want, and of
 * one below zero.  So each kind of core is then divided anew: all VMs rise to
 * one common level, in CPU time by weight, turbo use counted, and none above
 * what it wants.  Where each VM wants all it can get, that gives the paper's
 * shares; else it is max-min fair.  The grants of a kind of core add up to
 * what was used of it.
 */
void turbo_budget_compute(struct turbo_budget *vms, size_t nr);

/**
 * turbo_credit_next - a VM's credit after a period
 * @credit_ns: before
 * @grant_ns: turbo_claim.grant_ns of the period
 * @used_ns: turbo_claim.used_ns of the period
 * @max_ns: the most either way
 *
 * As grants add up to what was used, credits add up to nothing: they say who
 * is ahead and who is behind.  A little is forgotten each time, so that VMs
 * that do not meet on any core do not drift apart for ever.
 *
 * Return: the credit.
 */
s64 turbo_credit_next(s64 credit_ns, u64 grant_ns, u64 used_ns, u64 max_ns);

/**
 * turbo_credit_now - a VM's credit within a period
 * @credit_ns: at its start
 * @level_ns: turbo_claim.level_ns of the period before
 * @used_ns: used since
 * @elapsed_ns: time since
 * @period_ns: length of a period, not 0
 *
 * The paper: "We assume the demand in two consecutive scheduling periods does
 * not change much (if it does, we account for and adjust it in future
 * rounds)".
 *
 * Return: the credit.
 */
s64 turbo_credit_now(s64 credit_ns, u64 level_ns, u64 used_ns, u64 elapsed_ns,
		     u64 period_ns);

/**
 * turbo_floor_next - what a VM is owed of its floor after a period
 * @owed_ns: before
 * @floor_ns: turbo_budget.floor_ns
 * @used_ns: what it has used of regular cores in the period
 *
 * The floor is in its grant as well, but who is behind by periods' worth of time
 * would wait for all of that to be made up before it runs at all.
 *
 * Return: nanoseconds that it should have before anybody else in the next period,
 * if positive; one period's floor at most, and half of one the other way.
 */
s64 turbo_floor_next(s64 owed_ns, u64 floor_ns, u64 used_ns);

/* What turbo_stranger_next() counts up to, and from where on there is one. */
#define TURBO_STRANGER_MAX	96
#define TURBO_STRANGER		32

/**
 * turbo_stranger_next - does a thread that is no VM's have a part of a CPU?
 * @seen: what this said the last time, 0 at first
 * @runs: such a thread runs there now
 *
 * For a CPU that is looked at again and again.  Who is seen there more than one time
 * in nine is counted up to, and who is not to be seen any more is forgotten within 96
 * times.
 *
 * Return: the new count, up to TURBO_STRANGER_MAX; with TURBO_STRANGER or more the CPU
 * has a stranger.
 */
unsigned int turbo_stranger_next(unsigned int seen, bool runs);

#endif /* SCHED_TURBO_BUDGET_H */
