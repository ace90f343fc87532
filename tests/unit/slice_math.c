// SPDX-License-Identifier: GPL-2.0
/* slice_math.c - when a slice ends: tests of kmod/policy/slice_math.h */
#include "test.h"

#include "random.h"
#include "slice_math.h"

#define SECOND	1000000000ULL
#define NICE_0	(1ULL << 20)
#define MANY	200000

/* sched_prio_to_weight[] of the kernel, scaled, for nice -20 to 19. */
static const u64 weights[] = {
	88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916,
	9548, 7620, 6100, 4904, 3906, 3121, 2501, 1991, 1586, 1277, 1024, 820,
	655, 526, 423, 335, 272, 215, 172, 137, 110, 87, 70, 56, 45, 36, 29,
	23, 18, 15,
};

#define NR_WEIGHTS	(sizeof(weights) / sizeof(weights[0]))

static void valid_is_the_range(void **state)
{
	const u64 min = 100000, max = 10000000;
	int i;

	(void)state;
	assert_false(turbo_slice_valid(0, min, max));
	assert_false(turbo_slice_valid(min - 1, min, max));
	assert_true(turbo_slice_valid(min, min, max));
	assert_true(turbo_slice_valid(max, min, max));
	assert_false(turbo_slice_valid(max + 1, min, max));
	assert_false(turbo_slice_valid(UINT64_MAX, min, max));
	for (i = 0; i < MANY; i++) {
		u64 ns = random_below(2 * max);

		assert_int_equal(turbo_slice_valid(ns, min, max),
				 ns - min <= max - min);
	}
}

/* More than any entity can have. */
#define WEIGHT_MAX	(1ULL << 28)

/* The same with as many bits as it takes. */
static u64 wall(s64 virtual_ns, u64 weight)
{
	unsigned __int128 ns;

	if (virtual_ns <= 0)
		return 0;
	if (weight > WEIGHT_MAX)
		return SECOND;
	ns = (unsigned __int128)virtual_ns * weight >> 20;
	return ns < SECOND ? (u64)ns : SECOND;
}

static void wall_of_nice_0_is_virtual(void **state)
{
	u64 ns;

	(void)state;
	for (ns = 0; ns < SECOND; ns += 997)
		assert_int_equal(turbo_wall_ns(ns, NICE_0), ns);
	assert_int_equal(turbo_wall_ns(SECOND - 1, NICE_0), SECOND - 1);
}

static void wall_of_the_past_is_0(void **state)
{
	(void)state;
	assert_int_equal(turbo_wall_ns(0, NICE_0), 0);
	assert_int_equal(turbo_wall_ns(-1, NICE_0), 0);
	assert_int_equal(turbo_wall_ns(INT64_MIN, NICE_0), 0);
	assert_int_equal(turbo_wall_ns(INT64_MIN, UINT64_MAX), 0);
	assert_int_equal(turbo_wall_ns(0, UINT64_MAX), 0);
}

static void wall_is_exact(void **state)
{
	size_t w;
	int i;

	(void)state;
	for (w = 0; w < NR_WEIGHTS; w++)
		for (i = 0; i < 2000; i++) {
			s64 ns = random_below(20000000);

			assert_int_equal(turbo_wall_ns(ns, weights[w] << 10),
					 wall(ns, weights[w] << 10));
		}
	/* groups may have any weight, and a corrupt one does no harm */
	for (i = 0; i < MANY; i++) {
		u64 weight = random_below(WEIGHT_MAX + 1);
		s64 ns = random_length() >> 27;

		assert_int_equal(turbo_wall_ns(ns, weight), wall(ns, weight));
	}
}

static void wall_is_a_second_at_most(void **state)
{
	static const u64 edge[] = {
		1ULL << 20, 1ULL << 28, (1ULL << 28) - 1, (1ULL << 28) + 1,
		1ULL << 36, (1ULL << 36) - 1, (1ULL << 36) + 1, 1ULL << 62,
		INT64_MAX,
	};
	const size_t nr = sizeof(edge) / sizeof(edge[0]);
	size_t a, b;
	int i;

	(void)state;
	/* on both sides of where the product has more than 64 bits */
	for (a = 0; a < nr; a++)
		for (b = 0; b < nr; b++)
			assert_int_equal(turbo_wall_ns(edge[a], edge[b]),
					 wall(edge[a], edge[b]));
	for (i = 0; i < MANY; i++)
		assert_true(turbo_wall_ns(random_length() >> 1,
					  random_length()) <= SECOND);
}

static void delay_aims_at_the_end(void **state)
{
	u64 left;
	u32 lead;
	int i;

	(void)state;
	for (left = 0; left < 40000; left++)
		for (lead = 0; lead < 20000; lead += 500) {
			u64 delay = turbo_timer_delay(left, lead);

			if (left >= lead + TURBO_DELAY_MIN_NS)
				assert_int_equal(delay + lead, left);
			else
				assert_int_equal(delay, TURBO_DELAY_MIN_NS);
		}
	for (i = 0; i < MANY; i++) {
		left = random_length();
		lead = random_length();
		assert_true(turbo_timer_delay(left, lead) >=
			    TURBO_DELAY_MIN_NS);
		assert_true(turbo_timer_delay(left, lead) <=
			    (left > TURBO_DELAY_MIN_NS ? left :
							 TURBO_DELAY_MIN_NS));
	}
	/* the sum with the largest lead has more than 32 bits */
	assert_int_equal(turbo_timer_delay(UINT32_MAX, UINT32_MAX),
			 TURBO_DELAY_MIN_NS);
}

static void lead_stays_in_its_part(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		u64 slice = 100000 + random_below(9900001);
		u32 lead = random_below(slice / TURBO_LEAD_SLICE_DIV + 1);
		s64 late = (s64)random_length() / 2;

		if (random_below(2))
			late = -late;
		assert_true(turbo_lead_learn(lead, late, slice) <=
			    slice / TURBO_LEAD_SLICE_DIV);
		/* one learned with a longer slice has to fit as well */
		lead = random_length() >> 32;
		assert_true(turbo_lead_learn(lead, late, slice) <=
			    slice / TURBO_LEAD_SLICE_DIV);
	}
}

static void lead_ignores_outliers(void **state)
{
	static const s64 late[] = {
		TURBO_LATE_OUTLIER_NS + 1, -TURBO_LATE_OUTLIER_NS - 1,
		INT64_MAX / 2, INT64_MIN / 2,
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(late) / sizeof(late[0]); i++)
		assert_int_equal(turbo_lead_learn(1234, late[i], 100000), 1234);
	assert_int_not_equal(turbo_lead_learn(1234, TURBO_LATE_OUTLIER_NS,
					      100000), 1234);
	assert_int_not_equal(turbo_lead_learn(12000, -TURBO_LATE_OUTLIER_NS,
					      100000), 12000);
}

static void lead_follows_the_error(void **state)
{
	s64 late;

	(void)state;
	for (late = -TURBO_LATE_OUTLIER_NS; late <= TURBO_LATE_OUTLIER_NS;
	     late++) {
		s64 next = turbo_lead_learn(100000, late, 10000000);

		if (late < 0)
			assert_int_equal(next, 100000 + late -
					 TURBO_LATE_TARGET_NS);
		else
			assert_int_equal(next, 100000 +
					 (late - TURBO_LATE_TARGET_NS) / 8);
	}
	/* no lead is less than none */
	assert_int_equal(turbo_lead_learn(0, 0, 100000), 0);
	assert_int_equal(turbo_lead_learn(100, -20000, 100000), 0);
}

/* The switch comes @latency after the interrupt: where does the lead go? */
static void lead_settles(void **state)
{
	u32 latency, start;

	(void)state;
	for (latency = 0; latency <= 12000; latency += 50)
		for (start = 0; start <= 12500; start += 2500) {
			u32 lead = start;
			s64 late = 0;
			int i;

			for (i = 0; i < 200; i++) {
				late = (s64)latency - lead;
				lead = turbo_lead_learn(lead, late, 100000);
			}
			if (latency < TURBO_LATE_TARGET_NS) {
				assert_int_equal(late, latency);
				continue;
			}
			/* an eighth of less than 8 is nothing */
			assert_in_range(late, TURBO_LATE_TARGET_NS - 7,
					TURBO_LATE_TARGET_NS + 7);
		}
}

static void lead_counts_from_two_of_it(void **state)
{
	u32 lead;

	(void)state;
	for (lead = 0; lead < 20000; lead += 7) {
		u64 least = 2 * (lead + TURBO_DELAY_MIN_NS);

		assert_false(turbo_lead_counts(0, lead));
		assert_false(turbo_lead_counts(least - 1, lead));
		assert_true(turbo_lead_counts(least, lead));
		assert_true(turbo_lead_counts(UINT64_MAX, lead));
	}
	assert_false(turbo_lead_counts(UINT32_MAX, UINT32_MAX));
}

static void early_backs_off(void **state)
{
	u32 lead;

	(void)state;
	for (lead = 0; lead < 20000; lead++)
		assert_int_equal(turbo_lead_early(lead),
				 lead < TURBO_LATE_TARGET_NS ? 0 :
				 lead - TURBO_LATE_TARGET_NS);
	assert_int_equal(turbo_lead_early(UINT32_MAX),
			 UINT32_MAX - TURBO_LATE_TARGET_NS);
}

static void retries_double_up_to_a_slice(void **state)
{
	u64 slice, retry, sum;
	u32 lead;
	int i;

	(void)state;
	for (slice = 100000; slice <= 10000000; slice += 99000) {
		/* a switch that takes its usual time is not overtaken */
		for (lead = 0; lead <= slice / TURBO_LEAD_SLICE_DIV; lead += 99)
			assert_int_equal(turbo_retry_next(0, lead, slice),
					 TURBO_RETRY_MIN_NS + 2 * lead);
		retry = turbo_retry_next(0, 0, slice);
		for (i = 0, sum = 0; i < 20; i++) {
			u64 next = turbo_retry_next(retry, 0, slice);

			assert_int_equal(next, 2 * retry < slice ? 2 * retry :
								   slice);
			sum += next;
			retry = next;
		}
		assert_int_equal(retry, slice);
		/* few interrupts, however long it takes */
		assert_true(sum > 8 * slice);
	}
	assert_int_equal(turbo_retry_next(0, 0, 1000), 1000);
}

static void buckets_are_powers_of_two(void **state)
{
	const u32 nr = 24;
	u32 n;
	int i;

	(void)state;
	assert_int_equal(turbo_hist_bucket(0, nr), 0);
	assert_int_equal(turbo_hist_bucket(999, nr), 0);
	assert_int_equal(turbo_hist_bucket(1000, nr), 1);
	for (n = 1; n < nr - 1; n++) {
		u64 from = 1000ULL << (n - 1), to = 1000ULL << n;

		assert_int_equal(turbo_hist_bucket(from, nr), n);
		assert_int_equal(turbo_hist_bucket(to - 1, nr), n);
		assert_int_equal(turbo_hist_bucket(from - 1, nr), n - 1);
		assert_int_equal(turbo_hist_bucket(to, nr), n + 1);
	}
	assert_int_equal(turbo_hist_bucket(UINT64_MAX, nr), nr - 1);
	assert_int_equal(turbo_hist_bucket(UINT64_MAX, 1), 0);
	for (i = 0; i < MANY; i++) {
		u64 ns = random_length();

		n = turbo_hist_bucket(ns, nr);
		assert_true(n < nr);
		if (n < nr - 1)
			assert_true(ns < 1000ULL << n);
		if (n)
			assert_true(ns >= 1000ULL << (n - 1));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_is_the_range),
		cmocka_unit_test(wall_of_nice_0_is_virtual),
		cmocka_unit_test(wall_of_the_past_is_0),
		cmocka_unit_test(wall_is_exact),
		cmocka_unit_test(wall_is_a_second_at_most),
		cmocka_unit_test(delay_aims_at_the_end),
		cmocka_unit_test(lead_stays_in_its_part),
		cmocka_unit_test(lead_ignores_outliers),
		cmocka_unit_test(lead_follows_the_error),
		cmocka_unit_test(lead_settles),
		cmocka_unit_test(lead_counts_from_two_of_it),
		cmocka_unit_test(early_backs_off),
		cmocka_unit_test(retries_double_up_to_a_slice),
		cmocka_unit_test(buckets_are_powers_of_two),
	};

	return cmocka_run_group_tests_name("slice_math", tests, NULL, NULL);
}
