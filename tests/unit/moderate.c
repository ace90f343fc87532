// SPDX-License-Identifier: GPL-2.0
/* moderate.c - when interrupts are moderated: tests of guest-kmod/policy/moderate.c */
#include "test.h"

#include "moderate.h"
#include "random.h"

#define MS	1000000ULL
#define SEC	1000000000ULL
#define MANY	200000

/* A module that was loaded long after boot, and what it saw since. */
static struct turbo_moderate m;
static u64 now, drops, packets;

static int fresh(void **state)
{
	(void)state;
	m = (struct turbo_moderate){ 0 };
	now = 100 * SEC;
	drops = 0;
	packets = 0;
	return 0;
}

/* Of so many packets that were taken so many were dropped. */
static bool after_of(u64 ns, u64 more, u64 taken)
{
	now += ns;
	drops += more;
	packets += taken;
	return turbo_moderate_step(&m, now, drops, packets);
}

/* All of them. */
static bool after(u64 ns, u64 more)
{
	return after_of(ns, more, more);
}

/* As after a long time in which there were none, and then so many a second. */
static bool flood(void)
{
	after(SEC, TURBO_MODERATE_LOOK);
	return after(8 * MS, 8 * TURBO_MODERATE_LOOK);
}

static void none_is_none(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 100; i++)
		assert_false(after(SEC, 0));
}

/* Readers with small buffers lose some now and then: none of our business. */
static void few_are_none(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		assert_false(after(SEC, TURBO_MODERATE_ON - 1));
	/* a burst: less than is worth a look, in no time */
	assert_false(after(1, TURBO_MODERATE_LOOK - 1));
}

/* However often somebody looks. */
static void rounds_do_not_matter(void **state)
{
	int i;

	(void)state;
	/* four drops a round of 2 ms are 2000 a second */
	after(SEC, 0);
	for (i = 0; i < 100 && !m.on; i++)
		after(2 * MS, 4);
	assert_int_equal(i, TURBO_MODERATE_LOOK / 4);
	/* one drop a second is no flood, though it is one in a round of 2 ms */
	for (i = 0; i < 2000 && m.on; i++)
		after(2 * MS, i % 500 == 0);
	assert_int_equal(i, 500);
}

static void flood_is_moderated(void **state)
{
	(void)state;
	assert_true(flood());
	assert_int_equal(m.hold_ns, TURBO_MODERATE_HOLD);
}

/* For as long as there are more than few, and a while after. */
static void it_lasts(void **state)
{
	int i;

	(void)state;
	assert_true(flood());
	for (i = 0; i < 100; i++)
		assert_true(after(SEC, TURBO_MODERATE_OFF + 1));
	assert_true(after(SEC - 1, 0));
	assert_false(after(1, 0));
	assert_false(after(SEC, 0));
	/* a few all the time do not keep it up */
	assert_true(flood());
	assert_false(after(40 * SEC, TURBO_MODERATE_OFF));
}

/* What only moderation keeps from being dropped is moderated for longer. */
static void it_learns(void **state)
{
	u64 hold = TURBO_MODERATE_HOLD, lasted;
	int i;

	(void)state;
	for (i = 0; i < 10; i++) {
		after(SEC / 2, TURBO_MODERATE_LOOK);
		assert_true(after(8 * MS, 8 * TURBO_MODERATE_LOOK));
		assert_int_equal(m.hold_ns, hold);
		for (lasted = SEC; after(SEC, 0); lasted += SEC)
			;
		assert_int_equal(lasted, hold);
		if (hold < TURBO_MODERATE_HOLD_MAX)
			hold *= 2;
	}
	assert_int_equal(hold, TURBO_MODERATE_HOLD_MAX);
	/* and forgets */
	after(100 * SEC, 0);
	assert_true(flood());
	assert_int_equal(m.hold_ns, TURBO_MODERATE_HOLD);
}

/* What does not help enough is doubled, and only that. */
static void it_doubles(void **state)
{
	int i;

	(void)state;
	assert_true(flood());
	assert_int_equal(turbo_moderate_wait(&m, 3000), 3000);
	assert_true(after(SEC, TURBO_MODERATE_ON - 1));
	assert_int_equal(turbo_moderate_wait(&m, 3000), 3000);
	assert_true(after(SEC / 2, 100 * TURBO_MODERATE_ON));
	assert_int_equal(turbo_moderate_wait(&m, 3000), 3000);
	assert_true(after_of(SEC / 2, 0, 40 * TURBO_MODERATE_ON));
	assert_int_equal(turbo_moderate_wait(&m, 3000), 6000);
	/* half of what is taken is too much, and less is not */
	assert_true(after_of(SEC, 9 * TURBO_MODERATE_ON, 18 * TURBO_MODERATE_ON + 2));
	assert_int_equal(turbo_moderate_wait(&m, 3000), 6000);
	assert_true(after_of(SEC, 9 * TURBO_MODERATE_ON, 18 * TURBO_MODERATE_ON + 1));
	assert_int_equal(turbo_moderate_wait(&m, 3000), 12000);
	assert_true(after_of(SEC, TURBO_MODERATE_ON, 1000 * TURBO_MODERATE_ON));
	assert_int_equal(turbo_moderate_wait(&m, 3000), 12000);
	/* three quarters are well more than that */
	assert_true(after_of(SEC, 3 * TURBO_MODERATE_ON, 4 * TURBO_MODERATE_ON));
	assert_int_equal(turbo_moderate_wait(&m, 3000), 48000);
	for (i = 0; i < 10; i++)
		assert_true(after(SEC, TURBO_MODERATE_ON));
	assert_int_equal(m.doublings, TURBO_MODERATE_DOUBLINGS);
	assert_int_equal(turbo_moderate_wait(&m, 3000), 48000);
	/* it stays what has helped, and for a flood of its kind that comes again */
	assert_true(after(SEC - 1, 0));
	assert_int_equal(m.doublings, TURBO_MODERATE_DOUBLINGS);
	assert_false(after(1, 0));
	assert_true(flood());
	assert_int_equal(m.doublings, TURBO_MODERATE_DOUBLINGS);
	/* but not for one that has nothing to do with it */
	while (after(SEC, 0))
		;
	after(100 * SEC, 0);
	assert_true(flood());
	assert_int_equal(m.doublings, 0);
}

/* What is more than the cards took, or of a card that has gone, is of who knows what. */
static void unknown_is_less(void **state)
{
	int i;

	(void)state;
	assert_true(flood());
	for (i = 0; i < 10; i++) {
		packets /= 2;
		assert_true(after_of(SEC, 8 * TURBO_MODERATE_ON,
				     i % 2 * (7 * TURBO_MODERATE_ON - 1)));
		assert_true(m.doublings <= TURBO_MODERATE_UNKNOWN);
	}
	assert_int_equal(m.doublings, TURBO_MODERATE_UNKNOWN);
	/* nor does it take back what was known to be needed */
	assert_true(after_of(SEC, 8 * TURBO_MODERATE_ON, 7 * TURBO_MODERATE_ON));
	assert_int_equal(m.doublings, TURBO_MODERATE_DOUBLINGS);
	assert_true(after_of(SEC, 8 * TURBO_MODERATE_ON, 0));
	assert_int_equal(m.doublings, TURBO_MODERATE_DOUBLINGS);
}

/* No counter or time, however large, does harm. */
static void anything(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		bool was = m.on, on;
		u64 elapsed = random_length(), more = random_length();
		u64 counted = m.drops;

		on = after_of(elapsed, more, random_length());
		assert_int_equal(on, m.on);
		if (on && !was)
			assert_true(drops - counted >= TURBO_MODERATE_LOOK);
		assert_true(m.hold_ns <= TURBO_MODERATE_HOLD_MAX);
		assert_true(m.doublings <= TURBO_MODERATE_DOUBLINGS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(none_is_none, fresh),
		cmocka_unit_test_setup(few_are_none, fresh),
		cmocka_unit_test_setup(rounds_do_not_matter, fresh),
		cmocka_unit_test_setup(flood_is_moderated, fresh),
		cmocka_unit_test_setup(it_lasts, fresh),
		cmocka_unit_test_setup(it_learns, fresh),
		cmocka_unit_test_setup(it_doubles, fresh),
		cmocka_unit_test_setup(unknown_is_less, fresh),
		cmocka_unit_test_setup(anything, fresh),
	};

	return cmocka_run_group_tests_name("moderate", tests, NULL, NULL);
}
