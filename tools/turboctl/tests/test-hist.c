// SPDX-License-Identifier: GPL-2.0
/*
 * Percentiles of the wake-to-run histogram
 */
#include <string.h>

#include "fake.h"
#include "hist.h"

#define LAST	(SCHED_TURBO_HIST_BUCKETS - 1)

static void empty(void **state)
{
	__u64 hist[SCHED_TURBO_HIST_BUCKETS] = {};

	(void)state;
	assert_int_equal(hist_percentile(hist, 50), HIST_EMPTY);
	assert_int_equal(hist_count(hist), 0);
}

/* Bucket 0 is [0, 1) us, bucket n is [2^(n-1), 2^n) us. */
static void upper_bounds(void **state)
{
	(void)state;
	for (int i = 0; i < LAST; i++) {
		__u64 hist[SCHED_TURBO_HIST_BUCKETS] = {};

		hist[i] = 1;
		assert_int_equal(hist_percentile(hist, 50), 1LL << i);
		assert_int_equal(hist_percentile(hist, 99), 1LL << i);
	}
}

static void above(void **state)
{
	__u64 hist[SCHED_TURBO_HIST_BUCKETS] = {};

	(void)state;
	hist[3] = 1;
	hist[LAST] = 1;
	assert_int_equal(hist_percentile(hist, 50), 8);
	assert_int_equal(hist_percentile(hist, 51), HIST_ABOVE);
	assert_int_equal(hist_top_us(), 4194304);
}

static void ranks(void **state)
{
	__u64 hist[SCHED_TURBO_HIST_BUCKETS] = {};

	(void)state;
	/* 99 quick ones and a slow one: the 99th of 100 is still quick. */
	hist[2] = 99;
	hist[10] = 1;
	assert_int_equal(hist_percentile(hist, 99), 4);
	assert_int_equal(hist_percentile(hist, 100), 1024);
	/* 98 and two: it is not. */
	hist[2] = 98;
	hist[10] = 2;
	assert_int_equal(hist_percentile(hist, 99), 1024);
	/* Of three, the second is the median. */
	memset(hist, 0, sizeof(hist));
	hist[1] = hist[4] = hist[8] = 1;
	assert_int_equal(hist_percentile(hist, 50), 16);
	/* Of two, the first. */
	hist[8] = 0;
	assert_int_equal(hist_percentile(hist, 50), 2);
}

static void large(void **state)
{
	__u64 hist[SCHED_TURBO_HIST_BUCKETS] = {};

	(void)state;
	hist[5] = 1ULL << 60;
	hist[6] = 1ULL << 62;
	assert_int_equal(hist_percentile(hist, 50), 64);
	assert_int_equal(hist_percentile(hist, 10), 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty),
		cmocka_unit_test(upper_bounds),
		cmocka_unit_test(above),
		cmocka_unit_test(ranks),
		cmocka_unit_test(large),
	};

	return cmocka_run_group_tests_name("hist", tests, NULL, NULL);
}
