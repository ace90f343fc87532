// SPDX-License-Identifier: GPL-2.0
/*
 * budget.c - fair shares across turbo and regular cores: see budget.h
 */
#include "budget.h"

/* A credit loses this part of itself in each period. */
#define CREDIT_FADE	64

/* Periods' worth of its own share that a VM can owe. */
#define DEBT_SHARES	2

/* Periods' worth of its own use that a VM can have saved. */
#define SPARE_USES	1

/* Common levels are nanoseconds for a weight of 1, shifted by this. */
#define LEVEL_SHIFT	10

/* A stranger that is seen counts as often as he may not be seen. */
#define STRANGER_STEP	8

/* @value * @mul / @div, rounded down; nothing overflows if that fits. */
static u64 scale(u64 value, u64 mul, u64 div)
{
	return value / div * mul + value % div * mul / div;
}

static u64 at_most(u64 value, u64 max)
{
	return value < max ? value : max;
}

/* What of @value is above @sub. */
static u64 above(u64 value, u64 sub)
{
	return value > sub ? value - sub : 0;
}

static void bound(struct turbo_claim *claim)
{
	claim->used_ns = at_most(claim->used_ns, TURBO_BUDGET_MAX_NS / 4);
	claim->unmet_ns = at_most(claim->unmet_ns, TURBO_BUDGET_MAX_NS / 4);
}

/* The most that a VM can make of a kind of core. */
static u64 wanted(const struct turbo_claim *claim)
{
	return claim->used_ns + claim->unmet_ns;
}

/* What counts as had already when regular, or turbo, cores are divided. */
static u64 taken(const struct turbo_budget *vm, bool turbo)
{
	return turbo ? 0 : above(vm->turbo.used_ns + vm->debt_ns, vm->spare_ns);
}

static struct turbo_claim *claim_of(struct turbo_budget *vm, bool turbo)
{
	return turbo ? &vm->turbo : &vm->regular;
}

/* Nothing used, wanted or owed: whatever the level, it gets nothing. */
static bool quiet(const struct turbo_budget *vm)
{
	return !(vm->regular.used_ns | vm->regular.unmet_ns |
		 vm->turbo.used_ns | vm->turbo.unmet_ns | vm->debt_ns);
}

/* The VM's own level if the common one is @level; rounded down. */
static u64 level_of(const struct turbo_budget *vm, u64 level)
{
	u64 high = level >> LEVEL_SHIFT;
	u64 low = level & ((1ULL << LEVEL_SHIFT) - 1);

	return high * vm->weight + (low * vm->weight >> LEVEL_SHIFT);
}

/* What it gets at a common level. */
static u64 grant_at(struct turbo_budget *vm, bool turbo, u64 level)
{
	struct turbo_claim *claim = claim_of(vm, turbo);
	u64 want = wanted(claim);
	u64 least = turbo ? 0 : at_most(vm->floor_ns, want);
	u64 grant;

	if (level >= claim->full_level)
		return want;
	/* below that the product is less than want and taken, so it fits */
	grant = above(level * vm->weight >> LEVEL_SHIFT, taken(vm, turbo));
	if (grant < least)
		grant = least;
	return at_most(grant, want);
}

static u64 granted_at(struct turbo_budget *vms, size_t nr, bool turbo, u64 level)
{
	u64 sum = 0;
	size_t i;

	for (i = 0; i < nr; i++)
		if (!vms[i].quiet)
			sum += grant_at(&vms[i], turbo, level);
	return sum;
}

/*
 * Between a level that grants too little and one that grants too much: where
 * the right one is if granting is linear between them.  Only a guess, so that
 * it does not matter if the product overflows.
 */
static u64 guess(u64 low, u64 low_ns, u64 high, u64 high_ns, u64 capacity_ns)
{
	u64 at = low + scale(high - low, capacity_ns - low_ns,
			     high_ns - low_ns);

	return at > low && at < high ? at : low + (high - low) / 2;
}

/*
 * The highest common level at which no more than @capacity_ns is granted, or
 * so near below it that rounding is all that is left.  Granting is monotone in
 * the level, so halving would find it; guessing every other time is quicker.
 */
static u64 find_level(struct turbo_budget *vms, size_t nr, bool turbo,
		      u64 capacity_ns)
{
	u64 low = 0, high = 0, low_ns, high_ns, at, at_ns, weights = 0;
	u64 wants = 0, rounding = 0;
	bool halve = false;
	size_t i;

	for (i = 0; i < nr; i++) {
		struct turbo_claim *claim = claim_of(&vms[i], turbo);
		u64 all = wanted(claim) + taken(&vms[i], turbo);

		if (vms[i].quiet)
			continue;
		wants += wanted(claim);
		rounding++;
		/* here it has all it wants, and not one step below */
		claim->full_level = ((all << LEVEL_SHIFT) + vms[i].weight - 1) /
				    vms[i].weight;
		if (claim->full_level > high)
			high = claim->full_level;
		weights += vms[i].weight;
	}
	/* there, all have what they want */
	high_ns = wants;
	if (high_ns <= capacity_ns)
		return high;
	rounding += weights >> LEVEL_SHIFT;
	low_ns = granted_at(vms, nr, turbo, low);
	while (low + 1 < high && low_ns < capacity_ns &&
	       capacity_ns - low_ns > rounding) {
		at = halve ? low + (high - low) / 2 :
			     guess(low, low_ns, high, high_ns, capacity_ns);
		halve = !halve;
		at_ns = granted_at(vms, nr, turbo, at);
		if (at_ns <= capacity_ns) {
			low = at;
			low_ns = at_ns;
		} else {
			high = at;
			high_ns = at_ns;
		}
	}
	return low;
}

/*
 * What a VM whose share is @share_ns, on both kinds of core, has had beyond it.
 * Not more than it can make up for soon: what it has used while nobody else
 * wanted a turbo core was nobody's loss.  Or what it has left of it, which is for
 * turbo use to come, and not more than that may vary from one period to the next.
 */
static void carry(struct turbo_budget *vm, u64 share_ns)
{
	u64 use = vm->turbo.used_ns + vm->regular.grant_ns;
	u64 had = use + vm->debt_ns, may;

	share_ns = at_most(share_ns, TURBO_BUDGET_MAX_NS / 4);
	may = share_ns + vm->spare_ns;
	vm->debt_ns = at_most(above(had, may), DEBT_SHARES * share_ns);
	vm->spare_ns = at_most(above(may, had), SPARE_USES * use);
}

/* Divide a kind of core. */
static void divide(struct turbo_budget *vms, size_t nr, bool turbo,
		   u64 capacity_ns)
{
	u64 level = find_level(vms, nr, turbo, capacity_ns);
	u64 left = capacity_ns, more;
	struct turbo_claim *claim;
	size_t i;

	for (i = 0; i < nr; i++) {
		claim = claim_of(&vms[i], turbo);
		if (vms[i].quiet) {
			claim->grant_ns = 0;
			claim->level_ns = at_most(level_of(&vms[i], level),
						  capacity_ns);
			continue;
		}
		/* floors may add up to more than there was */
		claim->grant_ns = at_most(grant_at(&vms[i], turbo, level), left);
		claim->level_ns = at_most(above(level_of(&vms[i], level),
						taken(&vms[i], turbo)),
					  capacity_ns);
		left -= claim->grant_ns;
	}
	/* the nanoseconds that rounding has left */
	for (i = 0; i < nr && left; i++) {
		if (vms[i].quiet)
			continue;
		claim = claim_of(&vms[i], turbo);
		more = at_most(wanted(claim) - claim->grant_ns, left);
		claim->grant_ns += more;
		left -= more;
	}
	if (turbo)
		return;
	for (i = 0; i < nr; i++)
		if (vms[i].quiet)
			vms[i].spare_ns = 0;
		else
			carry(&vms[i], level_of(&vms[i], level));
}

void turbo_budget_compute(struct turbo_budget *vms, size_t nr)
{
	u64 regular_total = 0, turbo_total = 0;	/* C_tot^R, C_tot^T */
	u64 total, weights = 0, below = 0;
	u64 share = 0, turbo_share = 0;		/* of all below @below */
	size_t i;

	for (i = 0; i < nr; i++) {
		weights += vms[i].weight;
		vms[i].quiet = quiet(&vms[i]);
		if (vms[i].quiet)
			continue;
		bound(&vms[i].regular);
		bound(&vms[i].turbo);
		vms[i].debt_ns = at_most(vms[i].debt_ns,
					 TURBO_BUDGET_MAX_NS / 4);
		vms[i].spare_ns = at_most(vms[i].spare_ns,
					  TURBO_BUDGET_MAX_NS / 4);
		regular_total += vms[i].regular.used_ns;
		turbo_total += vms[i].turbo.used_ns;
	}
	total = regular_total + turbo_total;	/* C_tot */

	/* differences of a running sum: the shares add up to the total */
	for (i = 0; i < nr; i++) {
		u64 next, turbo_next;

		below += vms[i].weight;
		next = scale(total, below, weights);
		turbo_next = scale(turbo_total, below, weights);
		vms[i].share_ns = next - share;
		vms[i].turbo_share_ns = turbo_next - turbo_share;
		vms[i].regular_share_ns = (s64)vms[i].share_ns -
					  (s64)vms[i].turbo.used_ns;
		share = next;
		turbo_share = turbo_next;
	}

	divide(vms, nr, true, turbo_total);
	divide(vms, nr, false, regular_total);
}

s64 turbo_credit_next(s64 credit_ns, u64 grant_ns, u64 used_ns, u64 max_ns)
{
	s64 max = (s64)max_ns;

	credit_ns -= credit_ns / CREDIT_FADE;
	credit_ns += (s64)grant_ns - (s64)used_ns;
	if (credit_ns > max)
		return max;
	return credit_ns < -max ? -max : credit_ns;
}

s64 turbo_credit_now(s64 credit_ns, u64 level_ns, u64 used_ns, u64 elapsed_ns,
		     u64 period_ns)
{
	elapsed_ns = at_most(elapsed_ns, period_ns);
	return credit_ns + (s64)scale(level_ns, elapsed_ns, period_ns) -
	       (s64)at_most(used_ns, TURBO_BUDGET_MAX_NS);
}

s64 turbo_floor_next(s64 owed_ns, u64 floor_ns, u64 used_ns)
{
	s64 most = (s64)at_most(floor_ns, TURBO_BUDGET_MAX_NS);

	/* what was owed is within a floor, so this does not overflow */
	owed_ns += most - (s64)at_most(used_ns, TURBO_BUDGET_MAX_NS);
	if (owed_ns > most)
		return most;
	/* so that one period later something is owed again */
	return owed_ns < -most / 2 ? -most / 2 : owed_ns;
}

unsigned int turbo_stranger_next(unsigned int seen, bool runs)
{
	if (!runs)
		return seen ? seen - 1 : 0;
	return seen + STRANGER_STEP < TURBO_STRANGER_MAX ?
	       seen + STRANGER_STEP : TURBO_STRANGER_MAX;
}
