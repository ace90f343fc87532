// SPDX-License-Identifier: GPL-2.0
/* ack_pace.c - when a backlog is looked at: guest-kmod/policy/ack_decision.c */
#include "test.h"

#include "ack_decision.h"

#define AGE	150000ULL

static void looks_are_paced(void **state)
{
	struct turbo_ack_flow f = { .since_ns = 1000 };
	u64 idle;

	(void)state;
	assert_int_equal(turbo_ack_next_look(&f, 1000, AGE, 50000, 0), AGE);
	assert_int_equal(turbo_ack_next_look(&f, 0, AGE, 50000, 0), AGE);
	assert_int_equal(turbo_ack_next_look(&f, 1000 + AGE - 1, AGE, 50000, 0),
			 50000);
	f.fresh_ns = 1;
	assert_int_equal(turbo_ack_next_look(&f, 1000 + AGE, AGE, 50000, 1 << 30),
			 50000);
	f.fresh_ns = 0;
	for (idle = 0; idle < 1ULL << 40; idle = idle * 2 + 1) {
		u64 next = turbo_ack_next_look(&f, 1ULL << 41, AGE, 50000, idle);

		assert_true(next >= 50000 && next <= 64000000);
		if (idle >= 50000 && idle <= 64000000)
			assert_int_equal(next, idle);
	}
}

/* What is in vain is done less and less often, until there is an ACK. */
static void looks_in_vain_are_rare(void **state)
{
	struct turbo_ack_flow f = { .since_ns = 1, .fresh_ns = 1 };
	enum turbo_ack_reason r;
	u64 next, was = 0;
	int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		next = turbo_ack_next_look(&f, 1ULL << 41, AGE, 20000, 0);
		assert_true(next == 1000000 || next == 20000ULL << i);
		assert_true(next >= was);
		was = next;
		turbo_ack_looked(&f, TURBO_ACK_SEQUENCE);
	}
	assert_int_equal(was, 1000000);
	assert_int_equal(turbo_ack_next_look(&f, 1ULL << 41, AGE, 2000000, 0),
			 2000000);
	f.fresh_ns = 0;
	assert_int_equal(turbo_ack_next_look(&f, 1ULL << 41, AGE, 20000, 0),
			 1000000);
	assert_int_equal(turbo_ack_next_look(&f, 1ULL << 41, AGE, 20000,
					     1000001), 1000001);
	assert_int_equal(turbo_ack_next_look(&f, 1, AGE, 20000, 0), AGE);
	for (r = 0; r < TURBO_ACK_NR_REASONS; r++) {
		f.vain = 5;
		turbo_ack_looked(&f, r);
		assert_int_equal(f.vain, r == TURBO_ACK_SEND ? 0 :
				 r == TURBO_ACK_YOUNG || r == TURBO_ACK_SMALL ?
				 5 : 6);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_are_paced),
		cmocka_unit_test(looks_in_vain_are_rare),
	};

	return cmocka_run_group_tests_name("ack_pace", tests, NULL, NULL);
}
