// SPDX-License-Identifier: GPL-2.0
/* placement.c - which core a thread goes to: tests of kmod/policy/placement.c */
#include "test.h"

#include <stdlib.h>

#include "placement.h"
#include "random.h"

#define SLACK	TURBO_DEMAND_SLACK
#define ONE	TURBO_DEMAND_ONE
#define MANY	100000

/* Loads on both sides of every border. */
static const u64 loads[] = {
	0, 1, SLACK - 1, SLACK, SLACK + 1, 2 * SLACK, 2 * SLACK + 1, ONE - 1,
	ONE, ONE + 1, ONE + SLACK, ONE + SLACK + 1, 2 * ONE, 3 * ONE,
};

#define NR_LOADS	((int)(sizeof(loads) / sizeof(loads[0])))

/* Core number @n of all that the tests know. */
#define NR_KINDS	(NR_LOADS * 3 * 2)

static struct turbo_place_core kind(int n)
{
	return (struct turbo_place_core) {
		.load = loads[n % NR_LOADS],
		.nr = n / NR_LOADS % 3,
		.near = n / NR_LOADS / 3,
	};
}

/*
 * Is @a as good as @b or better?  Of cores that are about as loaded as the
 * least loaded one, those near the VM, then those with fewest threads, then
 * the least loaded.
 */
static bool as_good(const struct turbo_place_core *a,
		    const struct turbo_place_core *b)
{
	if (a->near != b->near)
		return a->near;
	if (a->nr != b->nr)
		return a->nr < b->nr;
	return a->load <= b->load;
}

static void is_best(const struct turbo_place_core *core, int nr)
{
	int best = turbo_place(core, nr), i;
	u64 least = UINT64_MAX;

	assert_in_range(best, 0, nr - 1);
	for (i = 0; i < nr; i++)
		if (core[i].load < least)
			least = core[i].load;
	/* nowhere is there a core that has much less to do */
	assert_true(core[best].load <= least + SLACK);
	for (i = 0; i < nr; i++)
		if (core[i].load <= least + SLACK)
			assert_true(as_good(&core[best], &core[i]));
}

static void place_needs_a_core(void **state)
{
	struct turbo_place_core core = { .load = UINT64_MAX };

	(void)state;
	assert_int_equal(turbo_place(&core, 0), -1);
	assert_int_equal(turbo_place(&core, 1), 0);
}

static void place_takes_the_best_of_two(void **state)
{
	int a, b;

	(void)state;
	for (a = 0; a < NR_KINDS; a++)
		for (b = 0; b < NR_KINDS; b++) {
			struct turbo_place_core core[] = { kind(a), kind(b) };

			is_best(core, 2);
		}
}

static void place_takes_the_best_of_three(void **state)
{
	int a, b, c;

	(void)state;
	for (a = 0; a < NR_KINDS; a++)
		for (b = 0; b < NR_KINDS; b++)
			for (c = 0; c < NR_KINDS; c++) {
				struct turbo_place_core core[] = {
					kind(a), kind(b), kind(c),
				};

				is_best(core, 3);
			}
}

static void place_takes_the_best_of_many(void **state)
{
	struct turbo_place_core core[64];
	int i, n, nr;

	(void)state;
	for (n = 0; n < MANY; n++) {
		nr = 1 + random_below(64);
		for (i = 0; i < nr; i++) {
			core[i] = kind(random_below(NR_KINDS));
			core[i].load += random_below(4 * ONE);
		}
		is_best(core, nr);
	}
}

static void load_decides_before_near(void **state)
{
	struct turbo_place_core core[] = {
		{ .load = ONE, .near = true },
		{ .load = ONE - SLACK - 1, .near = false },
	};

	(void)state;
	assert_int_equal(turbo_place(core, 2), 1);
	core[1].load++;
	assert_int_equal(turbo_place(core, 2), 0);
}

/* With the thread on it, would the other core be less loaded than its own? */
static bool move_is_worth_it(const struct turbo_place_core *from,
			     const struct turbo_place_core *to, u32 demand)
{
	u64 there = to->load + demand;

	if (to->near && !from->near)
		return there <= from->load;
	return there + SLACK < from->load;
}

static void better_is_worth_the_move(void **state)
{
	static const u32 demands[] = {
		1, SLACK - 1, SLACK, SLACK + 1, ONE / 2, ONE - 1, ONE,
	};
	int a, b, d, to, moves = 0;

	(void)state;
	for (a = 0; a < NR_KINDS; a++)
		for (b = 0; b < NR_KINDS; b++)
			for (d = 0; d < 7; d++) {
				struct turbo_place_core core[] = {
					kind(a), kind(b),
				};
				u32 demand = demands[d];

				/* its own demand is part of the load */
				if (core[0].load < demand)
					continue;
				to = turbo_place_better(core, 2, 0, demand);
				assert_true(to == 1 || to == -1);
				assert_int_equal(to == 1, move_is_worth_it(
						&core[0], &core[1], demand));
				if (to < 0)
					continue;
				moves++;
				core[0].load -= demand;
				core[1].load += demand;
				assert_int_equal(turbo_place_better(core, 2, 1,
								    demand),
						 -1);
			}
	assert_true(moves > 100);
}

static void better_is_elsewhere(void **state)
{
	struct turbo_place_core core[16];
	int i, n, nr, from, to;

	(void)state;
	for (n = 0; n < MANY; n++) {
		u32 demand = random_below(ONE + 1);

		nr = 1 + random_below(16);
		for (i = 0; i < nr; i++) {
			core[i] = kind(random_below(NR_KINDS));
			core[i].load += random_below(4 * ONE);
		}
		from = random_below(nr);
		core[from].load += demand;
		to = turbo_place_better(core, nr, from, demand);
		if (to < 0) {
			for (i = 0; i < nr; i++)
				assert_true(i == from ||
					    !move_is_worth_it(&core[from],
							      &core[i],
							      demand));
			continue;
		}
		assert_in_range(to, 0, nr - 1);
		assert_int_not_equal(to, from);
		assert_true(move_is_worth_it(&core[from], &core[to], demand));
	}
}

#define CORES	4
#define THREADS	12

/**
 * struct pool - threads on cores, balanced as the module does it
 * @cores: number of cores
 * @threads: number of threads
 * @home: core of each thread
 * @demand: of each thread
 * @near: is the core near the thread's VM?
 */
struct pool {
	int cores, threads;
	int home[THREADS];
	u32 demand[THREADS];
	bool near[THREADS][CORES];
};

static void gather(const struct pool *p, int who, struct turbo_place_core *core)
{
	int c, t;

	for (c = 0; c < p->cores; c++) {
		core[c] = (struct turbo_place_core) {
			.near = p->near[who][c],
		};
		for (t = 0; t < p->threads; t++) {
			if (p->home[t] != c)
				continue;
			core[c].load += p->demand[t];
			core[c].nr++;
		}
	}
}

/* One move, if there is one to make. */
static bool balance(struct pool *p)
{
	struct turbo_place_core core[CORES];
	int t, to;

	for (t = 0; t < p->threads; t++) {
		gather(p, t, core);
		to = turbo_place_better(core, p->cores, p->home[t],
					p->demand[t]);
		if (to < 0)
			continue;
		p->home[t] = to;
		return true;
	}
	return false;
}

static struct pool any_pool(void)
{
	struct pool p = {
		.cores = 1 + random_below(CORES),
		.threads = random_below(THREADS + 1),
	};
	int t, c;

	for (t = 0; t < p.threads; t++) {
		p.home[t] = random_below(p.cores);
		p.demand[t] = random_below(3) ? ONE : random_below(ONE + 1);
		for (c = 0; c < p.cores; c++)
			p.near[t][c] = random_below(2);
	}
	return p;
}

static void balance_comes_to_rest(void **state)
{
	int n, moves;

	(void)state;
	for (n = 0; n < MANY / 2; n++) {
		struct pool p = any_pool();

		for (moves = 0; balance(&p); moves++)
			assert_true(moves < 10 * THREADS);
	}
}

static void balance_is_even(void **state)
{
	int n, c, t, moves;

	(void)state;
	for (n = 0; n < MANY / 10; n++) {
		struct pool p = any_pool();
		int least = THREADS, most = 0;
		int on[CORES] = { 0 };

		/* all want a whole core, and all cores are alike to them */
		for (t = 0; t < p.threads; t++) {
			p.demand[t] = ONE;
			for (c = 0; c < p.cores; c++)
				p.near[t][c] = true;
		}
		for (moves = 0; balance(&p); moves++)
			assert_true(moves < 10 * THREADS);
		for (t = 0; t < p.threads; t++)
			on[p.home[t]]++;
		for (c = 0; c < p.cores; c++) {
			least = on[c] < least ? on[c] : least;
			most = on[c] > most ? on[c] : most;
		}
		assert_true(most - least <= 1);
	}
}

static void demand_is_the_share(void **state)
{
	u64 run, wait;

	(void)state;
	assert_int_equal(turbo_demand(0, 0, 1000), 0);
	assert_int_equal(turbo_demand(500, 0, 1000), ONE / 2);
	assert_int_equal(turbo_demand(0, 500, 1000), ONE / 2);
	assert_int_equal(turbo_demand(250, 250, 1000), ONE / 2);
	for (run = 0; run <= 1024; run += 16)
		for (wait = 0; run + wait <= 1024; wait += 16)
			assert_int_equal(turbo_demand(run, wait, 1024),
					 run + wait);
}

static void demand_is_a_whole_one_at_most(void **state)
{
	(void)state;
	assert_int_equal(turbo_demand(0, 0, 0), ONE);
	assert_int_equal(turbo_demand(1, 0, 0), ONE);
	assert_int_equal(turbo_demand(1000, 0, 1000), ONE);
	assert_int_equal(turbo_demand(999, 1, 1000), ONE);
	assert_int_equal(turbo_demand(999, 0, 1000), 999 * ONE / 1000);
	assert_int_equal(turbo_demand(5000, 0, 1000), ONE);
	/* the sum has more than 64 bits */
	assert_int_equal(turbo_demand(UINT64_MAX, 1, 1000), ONE);
	assert_int_equal(turbo_demand(UINT64_MAX, 2, UINT64_MAX), ONE);
	assert_int_equal(turbo_demand(UINT64_MAX, UINT64_MAX, 1000), ONE);
}

static void demand_is_exact(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		u64 window = random_length();
		u64 run = random_length(), wait = random_length();
		unsigned __int128 want = (unsigned __int128)run + wait;
		u32 demand = turbo_demand(run, wait, window);

		if (want >= window) {
			assert_int_equal(demand, ONE);
			continue;
		}
		/* of numbers that do not fit, the last bits are lost */
		want = want * ONE / window;
		if (run + wait < 1ULL << 53)
			assert_int_equal(demand, (u32)want);
		else
			assert_in_range(demand, (u32)want - !!want,
					(u32)want + 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(place_needs_a_core),
		cmocka_unit_test(place_takes_the_best_of_two),
		cmocka_unit_test(place_takes_the_best_of_three),
		cmocka_unit_test(place_takes_the_best_of_many),
		cmocka_unit_test(load_decides_before_near),
		cmocka_unit_test(better_is_worth_the_move),
		cmocka_unit_test(better_is_elsewhere),
		cmocka_unit_test(balance_comes_to_rest),
		cmocka_unit_test(balance_is_even),
		cmocka_unit_test(demand_is_the_share),
		cmocka_unit_test(demand_is_a_whole_one_at_most),
		cmocka_unit_test(demand_is_exact),
	};

	return cmocka_run_group_tests_name("placement", tests, NULL, NULL);
}
