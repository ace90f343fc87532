// SPDX-License-Identifier: GPL-2.0
/* buffer.c - sizes of buffers: tests of guest-kmod/policy/buffer.c */
#include "test.h"

#include "buffer.h"
#include "random.h"

#define GIB	(1ULL << 30)
#define MANY	200000

static void as_the_paper_says(void **state)
{
	(void)state;
	/* 1 Gbit/s and three others' 30 ms: B_min is 11.25 MB */
	assert_int_equal(turbo_buffer_bytes(1000, 90000, 64 * GIB, 100),
			 11250000 * TURBO_BUFFER_OVERHEAD);
	assert_int_equal(turbo_backlog_packets(1000, 90000),
			 11250000 / TURBO_BUFFER_FRAME);
}

static void nothing_for_nothing(void **state)
{
	(void)state;
	assert_int_equal(turbo_buffer_bytes(0, 90000, GIB, 100), 0);
	assert_int_equal(turbo_buffer_bytes(1000, 0, GIB, 100), 0);
	assert_int_equal(turbo_buffer_bytes(1000, 90000, 0, 100), 0);
	assert_int_equal(turbo_buffer_bytes(1000, 90000, GIB, 0), 0);
	assert_int_equal(turbo_backlog_packets(0, 90000), 0);
	assert_int_equal(turbo_backlog_packets(1000, 0), 0);
}

static void never_too_much(void **state)
{
	(void)state;
	assert_int_equal(turbo_buffer_bytes(~0U, ~0U, ~0ULL, ~0U),
			 TURBO_BUFFER_MAX);
	assert_int_equal(turbo_backlog_packets(~0U, ~0U), TURBO_BACKLOG_MAX);
	assert_int_equal(turbo_buffer_bytes(100000, 90000, GIB, 12),
			 GIB / 100 * 12);
	/* a share of more than all is all */
	assert_int_equal(turbo_buffer_bytes(100000, 90000, 1000000, 101),
			 1000000);
}

/* What a disk brings in 90 ms, and no more than there is room for. */
static void ahead(void **state)
{
	u32 kb, delay;
	u64 mem;
	int i;

	(void)state;
	assert_int_equal(turbo_ahead_kb(90000, 64 * GIB), 11250000 >> 16 << 6);
	assert_int_equal(turbo_ahead_kb(90000, GIB / 4), 4096);
	assert_int_equal(turbo_ahead_kb(0, GIB), 0);
	assert_int_equal(turbo_ahead_kb(90000, 0), 0);
	assert_int_equal(turbo_ahead_kb(~0U, ~0ULL), TURBO_AHEAD_MAX >> 10);
	for (i = 0; i < MANY; i++) {
		delay = random_length();
		mem = random_length();
		kb = turbo_ahead_kb(delay, mem);
		assert_int_equal(kb % 64, 0);
		assert_true((u64)kb << 10 <= mem / TURBO_AHEAD_PART);
		assert_true(kb <= TURBO_AHEAD_MAX >> 10);
		if (delay < ~0U && mem < ~0ULL)
			assert_true(turbo_ahead_kb(delay + 1, mem + 1) >= kb);
	}
}

static u32 least(long double a, long double b, long double c)
{
	if (a > b)
		a = b;
	return a < c ? a : c;
}

/* Against wide arithmetic that can't overflow, and more for more of anything. */
static void any_numbers(void **state)
{
	u32 mbps, delay, percent, bytes, packets;
	long double want;
	u64 mem;
	int i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		mbps = random_length();
		delay = random_length();
		mem = random_length();
		percent = random_below(120);
		want = (long double)((u64)mbps * delay / 8);
		bytes = turbo_buffer_bytes(mbps, delay, mem, percent);
		assert_int_equal(bytes, least(want * TURBO_BUFFER_OVERHEAD,
					      mem / 100 * (percent < 100 ?
							   percent : 100),
					      TURBO_BUFFER_MAX));
		packets = turbo_backlog_packets(mbps, delay);
		assert_int_equal(packets, least((u64)mbps * delay / 8 /
						TURBO_BUFFER_FRAME,
						TURBO_BACKLOG_MAX, 1e18L));
		if (mbps < ~0U) {
			assert_true(turbo_buffer_bytes(mbps + 1, delay, mem,
						       percent) >= bytes);
			assert_true(turbo_backlog_packets(mbps + 1, delay) >=
				    packets);
		}
		if (delay < ~0U)
			assert_true(turbo_buffer_bytes(mbps, delay + 1, mem,
						       percent) >= bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_the_paper_says),
		cmocka_unit_test(nothing_for_nothing),
		cmocka_unit_test(never_too_much),
		cmocka_unit_test(ahead),
		cmocka_unit_test(any_numbers),
	};

	return cmocka_run_group_tests_name("buffer", tests, NULL, NULL);
}
