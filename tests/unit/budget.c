// SPDX-License-Identifier: GPL-2.0
/* budget.c - fair shares: tests of kmod/policy/budget.c */
#include "test.h"

#include "budget_vm.h"

/* A row of the paper's Table 1, in percent of a core. */
struct row {
	int rd, td, demand_r, demand_t;
	int fs_r, fs_t;		/* allocated, as printed */
	int got_r, got_t;	/* consumed, as printed */
};

static const struct row table1[4][2] = {
	{ { 50, 0, 100, 0, 50, 0, 50, 0 }, { 50, 0, 100, 0, 50, 0, 50, 0 } },
	{ { 50, 0, 100, 0, 100, 0, 100, 0 },
	  { 50, 100, 100, 100, 0, 100, 0, 100 } },
	{ { 50, 50, 100, 100, 50, 50, 50, 50 },
	  { 50, 50, 100, 100, 50, 50, 50, 50 } },
	{ { 50, 15, 100, 15, 70, 35, 70, 15 },
	  { 50, 55, 100, 55, 30, 35, 30, 55 } },
};

/*
 * FS^R is the paper's everywhere.  FS^T is in rows 1, 3 and 4; in row 2 the
 * paper prints what is left when VM1 does not want its part, which is our
 * grant.  The grants are what the paper measured.
 */
static void table_1(void **state)
{
	struct turbo_budget vm[2];
	int row, i;

	(void)state;
	for (row = 0; row < 4; row++) {
		for (i = 0; i < 2; i++) {
			const struct row *r = &table1[row][i];

			set(&vm[i], 1024, r->rd * PERCENT,
			    (r->demand_r - r->rd) * PERCENT, r->td * PERCENT,
			    (r->demand_t - r->td) * PERCENT);
		}
		turbo_budget_compute(vm, 2);
		for (i = 0; i < 2; i++) {
			const struct row *r = &table1[row][i];

			assert_int_equal(vm[i].regular_share_ns,
					 r->fs_r * PERCENT);
			if (row != 1)
				assert_int_equal(vm[i].turbo_share_ns,
						 r->fs_t * PERCENT);
			assert_int_equal(vm[i].regular.grant_ns,
					 r->got_r * PERCENT);
			assert_int_equal(vm[i].turbo.grant_ns,
					 r->got_t * PERCENT);
		}
	}
}

/* "the regular core will be split 75-25%": the introduction. */
static void introduction(void **state)
{
	struct turbo_budget vm[2];

	(void)state;
	set(&vm[0], 1024, 50 * PERCENT, 50 * PERCENT, 0, 0);
	set(&vm[1], 1024, 50 * PERCENT, 0, 50 * PERCENT, 0);
	turbo_budget_compute(vm, 2);
	assert_int_equal(vm[0].regular_share_ns, 75 * PERCENT);
	assert_int_equal(vm[1].regular_share_ns, 25 * PERCENT);
	assert_int_equal(vm[0].regular.grant_ns, 75 * PERCENT);
	assert_int_equal(vm[1].regular.grant_ns, 25 * PERCENT);
}

static void unwanted_goes_to_others(void **state)
{
	struct turbo_budget vm[3];

	(void)state;
	/* the first wants a tenth of a core, the others all of it, 1:2 */
	set(&vm[0], 5000, 10 * PERCENT, 0, 0, 0);
	set(&vm[1], 1000, 45 * PERCENT, 50 * PERCENT, 0, 0);
	set(&vm[2], 2000, 45 * PERCENT, 50 * PERCENT, 0, 0);
	turbo_budget_compute(vm, 3);
	assert_int_equal(vm[0].regular.grant_ns, 10 * PERCENT);
	assert_in_range(vm[1].regular.grant_ns, 30 * PERCENT - STEP,
			30 * PERCENT + STEP);
	assert_in_range(vm[2].regular.grant_ns, 60 * PERCENT - STEP,
			60 * PERCENT + STEP);
	/* alone, it may have the whole of it whatever its weight */
	set(&vm[0], 1, 100 * PERCENT, 0, 0, 0);
	set(&vm[1], 10000, 0, 0, 0, 0);
	turbo_budget_compute(vm, 2);
	assert_int_equal(vm[0].regular.grant_ns, 100 * PERCENT);
	/* and who sleeps could have it all if it woke up */
	assert_int_equal(vm[1].regular.level_ns, 100 * PERCENT);
}

static void floor_is_kept(void **state)
{
	struct turbo_budget vm[2];
	int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		set(&vm[0], 1024, 100 * PERCENT, 0, 0, 0);
		set(&vm[1], 1024, 0, 100 * PERCENT, 100 * PERCENT, 0);
		vm[1].floor_ns = 2 * PERCENT;
		vm[1].debt_ns = i * PERIOD;
		turbo_budget_compute(vm, 2);
		assert_int_equal(vm[1].regular.grant_ns, 2 * PERCENT);
		assert_int_equal(vm[0].regular.grant_ns, 98 * PERCENT);
	}
	/* none is forced on a VM that does not want it */
	vm[1].regular.unmet_ns = 0;
	turbo_budget_compute(vm, 2);
	assert_int_equal(vm[1].regular.grant_ns, 0);
}

/* Turbo in one period and regular in the next is no way round it. */
static void bursts_gain_nothing(void **state)
{
	struct turbo_budget vm[3];
	u64 had[3] = { 0 }, debt = 0;
	int p, i;

	(void)state;
	for (p = 0; p < 1000; p++) {
		bool burst = p % 2;
		u64 r = burst ? 0 : 34 * PERCENT;

		set(&vm[0], 1024, (100 * PERCENT - r) / 2, 100 * PERCENT, 0, 0);
		set(&vm[1], 1024, (100 * PERCENT - r) / 2, 100 * PERCENT, 0, 0);
		set(&vm[2], 1024, r, burst ? 0 : 100 * PERCENT,
		    burst ? 100 * PERCENT : 0, 0);
		vm[2].debt_ns = debt;
		turbo_budget_compute(vm, 3);
		debt = vm[2].debt_ns;
		for (i = 0; i < 3; i++)
			had[i] += vm[i].regular.grant_ns + vm[i].turbo.used_ns;
	}
	/* the turbo use alone is half a core, and a third is its share */
	assert_in_range(had[2] / 1000, 50 * PERCENT, 51 * PERCENT);
}

/*
 * A VM that had turbo cores for itself is not made to pay for that for long when
 * others come: 250 of 6585 in weight, it goes on using nearly all its share there
 * (mix 16 of tests/numbers/group-budget).
 */
static void spare_turbo_is_soon_forgiven(void **state)
{
	struct turbo_budget vm[2];
	u64 debt = 0;
	int p;

	(void)state;
	for (p = 0; p < 100; p++) {
		set(&vm[0], 250, 0, 300 * PERCENT, 150 * PERCENT, 50 * PERCENT);
		set(&vm[1], 1057, 60 * PERCENT, 100 * PERCENT, 0, 0);
		vm[0].debt_ns = debt;
		turbo_budget_compute(vm, 2);
		debt = vm[0].debt_ns;
	}
	assert_true(debt > 0 && debt < 100 * PERCENT);
	for (p = 0; p < 12; p++) {
		set(&vm[0], 250, 0, 300 * PERCENT, 9 * PERCENT, 191 * PERCENT);
		set(&vm[1], 6335, 100 * PERCENT, 200 * PERCENT,
		    191 * PERCENT, 9 * PERCENT);
		vm[0].debt_ns = debt;
		turbo_budget_compute(vm, 2);
		debt = vm[0].debt_ns;
	}
	assert_in_range(debt, 0, 10);
	assert_in_range(vm[0].regular.grant_ns, 2 * PERCENT, 3 * PERCENT);
}

/*
 * What a VM of a third of all weight is granted of regular cores on average, of
 * which it could use one, with so much turbo use in two periods, and so much in the
 * next two.  The other VM takes the rest, and wants @unmet more.
 */
static u64 granted_by_turns(u64 some, u64 more, u64 regular, u64 unmet)
{
	struct turbo_budget vm[2];
	u64 spare = 0, debt = 0, granted = 0, t;
	int p;

	for (p = 0; p < 1000; p++) {
		t = (p % 4 < 2 ? some : more) * PERCENT;
		set(&vm[0], 1000, regular * PERCENT, (100 - regular) * PERCENT,
		    t, 0);
		set(&vm[1], 2000, (300 - regular) * PERCENT, unmet * PERCENT,
		    200 * PERCENT - t, 0);
		vm[0].spare_ns = spare;
		vm[0].debt_ns = debt;
		turbo_budget_compute(vm, 2);
		spare = vm[0].spare_ns;
		debt = vm[0].debt_ns;
		granted += vm[0].regular.grant_ns;
		/* no more than what it uses in one */
		assert_in_range(spare, 0, (100 + more) * PERCENT);
	}
	return granted / 1000;
}

/*
 * Turbo use that is now more, now less, is not counted in the periods in which it is
 * more only: one hog that could have all of a regular core, as it uses less than its
 * share all in all (mix 104 of tests/numbers/group-budget).
 */
static void turbo_use_may_vary(void **state)
{
	struct turbo_budget vm[2];

	(void)state;
	/* 65 percent on average, of a share of 167 */
	assert_true(granted_by_turns(50, 80, 99, 99) >
		    99 * PERCENT + PERCENT / 2);
	/* and by more: one of three on two turbo cores (mix 174) */
	assert_true(granted_by_turns(35, 98, 99, 99) >
		    99 * PERCENT + PERCENT / 2);
	/* 140: more than its share it does not get by that */
	assert_in_range(granted_by_turns(100, 180, 27, 127),
			26 * PERCENT, 28 * PERCENT);

	/* who sleeps saves nothing */
	set(&vm[0], 1000, 0, 0, 0, 0);
	set(&vm[1], 2000, 50 * PERCENT, 0, 0, 0);
	vm[0].spare_ns = 10 * PERCENT;
	turbo_budget_compute(vm, 2);
	assert_int_equal(vm[0].spare_ns, 0);
}

/*
 * A core shared by who has most credit, period after period: each comes to
 * its share within ten periods of a change and then stays there.
 */
static void settles(void **state)
{
	static struct turbo_budget vm[8];
	s64 credit[8] = { 0 };
	int round, p, tick;
	size_t nr, i;

	(void)state;
	for (round = 0; round < 100; round++) {
		u64 weights = 0, got[8] = { 0 };

		nr = 2 + random_below(7);
		for (i = 0; i < nr; i++) {
			vm[i].weight = 100 + random_below(1000);
			weights += vm[i].weight;
		}
		for (p = 0; p < 60; p++) {
			u64 used[8] = { 0 };

			for (tick = 0; tick < 32; tick++) {
				size_t best = 0;
				s64 most = INT64_MIN;

				for (i = 0; i < nr; i++) {
					s64 now = turbo_credit_now(credit[i],
						vm[i].regular.level_ns, used[i],
						tick * PERIOD / 32, PERIOD);
					if (now > most) {
						most = now;
						best = i;
					}
				}
				used[best] += PERIOD / 32;
			}
			for (i = 0; i < nr; i++) {
				vm[i].regular.used_ns = used[i];
				vm[i].regular.unmet_ns = PERIOD - used[i];
				vm[i].turbo.used_ns = 0;
				vm[i].turbo.unmet_ns = 0;
				vm[i].floor_ns = 0;
				vm[i].debt_ns = 0;
				vm[i].spare_ns = 0;
			}
			turbo_budget_compute(vm, nr);
			for (i = 0; i < nr; i++) {
				credit[i] = turbo_credit_next(credit[i],
					vm[i].regular.grant_ns, used[i],
					8 * PERIOD);
				if (p >= 10)
					got[i] += used[i];
			}
		}
		for (i = 0; i < nr; i++) {
			s64 want = PERIOD * vm[i].weight / weights;
			s64 error = (s64)(got[i] / 50) - want;

			assert_in_range(error + (s64)PERIOD, PERIOD - PERCENT,
					PERIOD + PERCENT);
		}
	}
}

static void credit_is_bounded(void **state)
{
	s64 credit = 0;
	int i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		u64 max = random_below(100 * PERIOD);

		credit = turbo_credit_next(credit, some_ns(1ULL << 60),
					   some_ns(1ULL << 60), max);
		assert_true(credit <= (s64)max && credit >= -(s64)max);
	}
	assert_int_equal(turbo_credit_now(5, 100, 7, 50, 100), 48);
	/* a timer that comes late gives no more than a period's worth */
	assert_int_equal(turbo_credit_now(5, 100, 7, 1000, 100), 98);
}

/* Who has no credit has its floor in each period or the next, and no more than that. */
static void floor_is_not_late(void **state)
{
	const u64 floor = PERIOD / 50, tick = PERIOD / 32;
	u64 had = 0, used;
	s64 owed = 0;
	int i, t, last = 0;

	(void)state;
	for (i = 0; i < MANY; i++) {
		used = 0;
		for (t = 0; t < 32; t++)
			if ((s64)used < owed)
				used += tick;
		owed = turbo_floor_next(owed, floor, used);
		had += used;
		if (used)
			last = i;
		assert_true(i - last <= 1);
	}
	assert_true(had <= MANY * floor + tick);
	assert_true(had >= (MANY - 2) * floor - tick);

	/* nothing is saved up, and plenty is soon forgotten */
	assert_int_equal(turbo_floor_next(floor, floor, 0), floor);
	assert_int_equal(turbo_floor_next(0, floor, PERIOD), -(s64)floor / 2);
	assert_true(turbo_floor_next(turbo_floor_next(0, floor, PERIOD), floor, 0) > 0);
	assert_int_equal(turbo_floor_next(0, 0, 0), 0);
	for (i = 0; i < MANY; i++) {
		owed = turbo_floor_next((s64)some_ns(1ULL << 48) - (1LL << 47),
					some_ns(1ULL << 60), some_ns(1ULL << 60));
		assert_true(owed <= (s64)TURBO_BUDGET_MAX_NS &&
			    owed >= -(s64)TURBO_BUDGET_MAX_NS);
	}
}

/* A CPU has a stranger who runs there for a quarter of the time, in turns of 4 of 16. */
static void strangers_are_seen(void **state)
{
	unsigned int seen, i, first, runs, of;

	(void)state;
	for (seen = 0, i = 0; i < MANY; i++) {
		seen = turbo_stranger_next(seen, i % 16 < 4);
		assert_true(seen <= TURBO_STRANGER_MAX);
		assert_true(i < 32 || seen >= TURBO_STRANGER);
	}
	/* and is forgotten */
	for (i = 0; seen >= TURBO_STRANGER; i++)
		seen = turbo_stranger_next(seen, false);
	assert_true(i <= TURBO_STRANGER_MAX);
	/* one time in ten, in turn, is none; one in eight is */
	for (of = 2; of <= 40; of++) {
		for (seen = 0, i = 0; i < MANY; i++)
			seen = turbo_stranger_next(seen, i % of == 0);
		assert_int_equal(seen >= TURBO_STRANGER, of < 9);
	}
	/* nor are threads that are there for less than four times in a row */
	for (first = 1; first <= 3; first++)
		for (seen = 0, i = 0; i < MANY; i++) {
			runs = i % 64 < first;
			seen = turbo_stranger_next(seen, runs);
			assert_true(seen < TURBO_STRANGER);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_1),
		cmocka_unit_test(introduction),
		cmocka_unit_test(unwanted_goes_to_others),
		cmocka_unit_test(floor_is_kept),
		cmocka_unit_test(bursts_gain_nothing),
		cmocka_unit_test(spare_turbo_is_soon_forgiven),
		cmocka_unit_test(turbo_use_may_vary),
		cmocka_unit_test(settles),
		cmocka_unit_test(credit_is_bounded),
		cmocka_unit_test(floor_is_not_late),
		cmocka_unit_test(strangers_are_seen),
	};

	return cmocka_run_group_tests_name("budget", tests, NULL, NULL);
}
