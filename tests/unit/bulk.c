// SPDX-License-Identifier: GPL-2.0
/* bulk.c - which cards receive bulk: tests of guest-kmod/policy/bulk.c */
#include "test.h"

#include "bulk.h"
#include "random.h"

#define SEC	1000000000ULL
#define RATE	4000
#define MOST	1000
#define MANY	200000

/* A card that has been there for long. */
static struct turbo_bulk b;
static u64 now, packets, bytes;
/* Interrupts wait for another reason. */
static bool anyway;

static bool after(u64 ns, u64 more, u64 size)
{
	now += ns;
	packets += more;
	bytes += more * size;
	return turbo_bulk_step(&b, now, packets, bytes, RATE, MOST, anyway);
}

static int fresh(void **state)
{
	(void)state;
	b = (struct turbo_bulk){ 0 };
	now = 100 * SEC;
	anyway = false;
	packets = 1ULL << 40;
	bytes = 1ULL << 50;
	/* what was before the first look is of no rate */
	assert_false(after(0, 0, 0));
	return 0;
}

static void many_large_ones_are(void **state)
{
	(void)state;
	assert_false(after(SEC, 0, 0));
	assert_false(after(SEC, RATE - 1, 1448));
	assert_true(after(SEC, RATE, TURBO_BULK_SIZE));
	assert_int_equal(turbo_bulk_wait(&b, MOST), MOST);
}

/* Requests, answers, and acknowledgements of what is sent. */
static void many_small_ones_are_not(void **state)
{
	(void)state;
	assert_false(after(SEC, 1000000, TURBO_BULK_SIZE - 1));
	assert_int_equal(turbo_bulk_wait(&b, MOST), 0);
}

/* Nor is what a card receives that puts them together: fewer, larger ones. */
static void few_huge_ones_are_not(void **state)
{
	(void)state;
	assert_false(after(SEC, RATE / 2, 65536));
}

/* Two looks without end it, and one does not. */
static void it_ends(void **state)
{
	(void)state;
	assert_true(after(SEC, RATE, 1448));
	assert_true(after(SEC, RATE, 1448));
	assert_true(after(SEC, RATE / 2 + 1, TURBO_BULK_SIZE_OFF));
	assert_true(after(SEC, RATE / 2, 1448));
	assert_true(after(SEC, RATE, TURBO_BULK_SIZE_OFF));
	assert_true(after(SEC, RATE, TURBO_BULK_SIZE_OFF - 1));
	assert_false(after(SEC, 0, 0));
	/* it was bulk: nothing is held against it */
	assert_true(after(SEC, RATE, 1448));
}

/* However often somebody looks, and however late. */
static void looks_do_not_matter(void **state)
{
	int i;

	(void)state;
	/* 50 packets in 10 ms are 5000 a second */
	for (i = 1; i < 100 && !b.on; i++)
		after(10000000, 50, 1448);
	assert_int_equal(i - 1, TURBO_BULK_LOOK_NS / 10000000);
	assert_true(after(20 * SEC, 20 * 5000, 1448));
	assert_false(turbo_bulk_due(&b, now + TURBO_BULK_LOOK_NS - 1));
	assert_true(turbo_bulk_due(&b, now + TURBO_BULK_LOOK_NS));
	/* a pause is no end */
	assert_true(after(TURBO_BULK_LOOK_NS - 1, 0, 0));
	assert_true(after(SEC, RATE, 1448));
}

/* A burst in no time is none. */
static void bursts_are_none(void **state)
{
	(void)state;
	assert_false(after(SEC, 0, 0));
	assert_false(after(1, RATE, 1448));
	assert_false(after(3 * SEC, 0, 0));
}

/*
 * Who asks for the next one when he has the last one gets fewer when interrupts wait.
 * He is left alone, for longer each time, though not for good.
 */
static void who_waits_is_found_out(void **state)
{
	u64 waited, hold = SEC;
	int i;

	(void)state;
	for (i = 0; i < 10; i++) {
		assert_true(after(SEC, 4 * RATE, 1448));
		assert_false(after(SEC, 3 * RATE - 1, 1448));
		assert_int_equal(b.hold_ns, hold);
		for (waited = SEC; !after(SEC, 4 * RATE, 1448); waited += SEC)
			;
		assert_int_equal(waited, hold);
		/* that was the next try */
		assert_false(after(SEC, RATE, 1448));
		hold = hold * 2 < TURBO_BULK_HOLD_MAX ? hold * 2 : TURBO_BULK_HOLD_MAX;
		assert_int_equal(b.hold_ns, hold);
		b.retry_ns = now;
		hold = hold * 2 < TURBO_BULK_HOLD_MAX ? hold * 2 : TURBO_BULK_HOLD_MAX;
	}
	/* until it makes no difference */
	b.hold_ns = 64 * SEC;
	b.retry_ns = now;
	assert_true(after(SEC, 4 * RATE, 1448));
	assert_true(after(SEC, 3 * RATE, 1448));
	assert_int_equal(b.hold_ns, 0);
}

/* That was long ago. */
static void it_is_forgotten(void **state)
{
	(void)state;
	b.hold_ns = 64 * SEC;
	b.retry_ns = now;
	assert_false(after(TURBO_BULK_AGAIN, 0, 0));
	assert_true(after(SEC, 4 * RATE, 1448));
	assert_false(after(SEC, RATE, 1448));
	assert_int_equal(b.hold_ns, TURBO_BULK_HOLD);
}

/* What ends at once has not waited: who waits gets one each time. */
static void short_ones_are_no_waiting(void **state)
{
	(void)state;
	assert_true(after(SEC, 4 * RATE, 1448));
	assert_false(after(SEC, 1000000 / MOST / 2, 1448));
	assert_int_equal(b.hold_ns, 0);
	assert_true(after(SEC, 4 * RATE, 1448));
	assert_false(after(SEC, 1000000 / MOST / 2 + 1, 1448));
	assert_int_equal(b.hold_ns, TURBO_BULK_HOLD);
}

/* If fewer come together as larger ones, they are as many. */
static void larger_ones_are_as_many(void **state)
{
	(void)state;
	assert_true(after(SEC, 5000, 20480));
	assert_true(after(SEC, 1600, 65536));
	assert_true(after(SEC, 1600, 65536));
	assert_true(after(SEC, 1600, 65536));
}

/* While interrupts wait for another reason nothing is learned. */
static void waiting_anyway(void **state)
{
	int i;

	(void)state;
	anyway = true;
	for (i = 0; i < 10; i++)
		assert_false(after(SEC, 10 * RATE, 1448));
	anyway = false;
	assert_true(after(SEC, 10 * RATE, 1448));
	/* before it has been compared: not known */
	anyway = true;
	assert_false(after(SEC, RATE, 1448));
	assert_int_equal(b.hold_ns, 0);
	/* after that it is bulk, as long as there is */
	anyway = false;
	assert_true(after(SEC, 10 * RATE, 1448));
	assert_true(after(SEC, 10 * RATE, 1448));
	anyway = true;
	for (i = 0; i < 100; i++)
		assert_true(after(SEC, RATE, 1448));
	assert_true(after(SEC, 0, 0));
	assert_false(after(SEC, 0, 0));
}

/* Even if it was bulk when it began. */
static void it_is_tried_anew(void **state)
{
	int i;

	(void)state;
	assert_true(after(SEC, 4 * RATE, 1448));
	assert_true(after(SEC, 4 * RATE, 1448));
	/* now there are requests, which wait */
	for (i = 2; after(SEC, RATE, 1448); i++)
		;
	assert_int_equal(i, TURBO_BULK_ANEW / SEC);
	/* which shows when they do not */
	assert_true(after(SEC, 4 * RATE, 1448));
	assert_false(after(SEC, RATE, 1448));
	assert_false(after(SEC / 2, 4 * RATE, 1448));
}

/* A poll's worth at most, unless it is so many that it does not matter. */
static void more_wait_shorter(void **state)
{
	u64 rate, last = MOST;

	(void)state;
	for (rate = RATE; rate < 100000000; rate += rate / 16) {
		u64 wait;

		b.began_ns = now;	/* as if it had just been tried anew */

		assert_true(after(SEC, rate, 1448));
		wait = turbo_bulk_wait(&b, MOST);
		assert_true(wait <= last);
		assert_true(wait >= MOST >> TURBO_BULK_HALVINGS);
		assert_true(rate * wait / 1000000 <= TURBO_BULK_PACKETS ||
			    wait == MOST >> TURBO_BULK_HALVINGS);
		last = wait;
	}
	assert_int_equal(last, MOST >> TURBO_BULK_HALVINGS);
	/* and longer again, but not for a little less */
	assert_true(after(SEC, 100000, 1448));
	assert_int_equal(turbo_bulk_wait(&b, MOST), MOST / 4);
	b.began_ns = now;
	assert_true(after(SEC, 60000, 1448));
	assert_int_equal(turbo_bulk_wait(&b, MOST), MOST / 2);
	assert_true(after(SEC, 100000, 1448));
	assert_int_equal(turbo_bulk_wait(&b, MOST), MOST / 2);
	assert_true(after(SEC, 130000, 1448));
	assert_int_equal(turbo_bulk_wait(&b, MOST), MOST / 4);
	assert_true(after(SEC, 100000, 1448));
	assert_int_equal(turbo_bulk_wait(&b, MOST), MOST / 4);
	assert_true(after(SEC, RATE, 1448));
	assert_int_equal(turbo_bulk_wait(&b, MOST), MOST);
}

/* What the host has put together takes as much of the ring as its parts. */
static void large_ones_are_many(void **state)
{
	(void)state;
	assert_true(after(SEC, 20000, 65536));
	assert_int_equal(turbo_bulk_wait(&b, MOST), MOST >> TURBO_BULK_HALVINGS);
	assert_true(after(SEC, 20000, 65536));
	assert_true(after(SEC, 20000, 1448));
	assert_int_equal(turbo_bulk_wait(&b, MOST), MOST);
}

/* The shortest wait is one. */
static void short_waits(void **state)
{
	(void)state;
	assert_true(after(SEC, 10000000, 1448));
	assert_int_equal(turbo_bulk_wait(&b, 3), 1);
	assert_int_equal(turbo_bulk_wait(&b, 0), 0);
}

/* A driver that was reset: what is less than before is of no rate. */
static void counted_anew(void **state)
{
	(void)state;
	assert_true(after(SEC, 10 * RATE, 1448));
	packets = 10;
	bytes = 100;
	assert_true(after(SEC, 0, 0));
	assert_true(after(SEC, 10 * RATE, 1448));
	assert_true(after(SEC, RATE / 2, 1448));
	assert_false(after(SEC, RATE / 2, 1448));
}

/* Whatever the counters and the clock do. */
static void anything(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		u32 rate = 1 + random_below(1000000), most = random_below(10001);
		bool on;

		now += random_length();
		packets = random_length();
		bytes = random_length();
		on = turbo_bulk_step(&b, now, packets, bytes, rate, most,
				     random_below(2));
		assert_int_equal(on, b.on);
		assert_true(b.halvings <= TURBO_BULK_HALVINGS);
		assert_true(turbo_bulk_wait(&b, most) <= most);
		if (!on)
			assert_int_equal(turbo_bulk_wait(&b, most), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(many_large_ones_are, fresh),
		cmocka_unit_test_setup(many_small_ones_are_not, fresh),
		cmocka_unit_test_setup(few_huge_ones_are_not, fresh),
		cmocka_unit_test_setup(it_ends, fresh),
		cmocka_unit_test_setup(looks_do_not_matter, fresh),
		cmocka_unit_test_setup(bursts_are_none, fresh),
		cmocka_unit_test_setup(who_waits_is_found_out, fresh),
		cmocka_unit_test_setup(it_is_forgotten, fresh),
		cmocka_unit_test_setup(short_ones_are_no_waiting, fresh),
		cmocka_unit_test_setup(larger_ones_are_as_many, fresh),
		cmocka_unit_test_setup(waiting_anyway, fresh),
		cmocka_unit_test_setup(it_is_tried_anew, fresh),
		cmocka_unit_test_setup(large_ones_are_many, fresh),
		cmocka_unit_test_setup(short_waits, fresh),
		cmocka_unit_test_setup(more_wait_shorter, fresh),
		cmocka_unit_test_setup(counted_anew, fresh),
		cmocka_unit_test_setup(anything, fresh),
	};

	return cmocka_run_group_tests_name("bulk", tests, NULL, NULL);
}
