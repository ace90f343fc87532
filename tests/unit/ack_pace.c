// SPDX-License-Identifier: GPL-2.0
/* ack_pace.c - when a socket is looked at, and what is due: guest-kmod/policy/ack_decision.c */
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

/* What the stack puts off is due at an age, if it is more than a segment. */
static void what_is_not_read_is_due_at_an_age(void **state)
{
	static const u32 bases[] = { 1, 0x7fffffffU, 0xffffffffU, 0U - 500 };
	const u64 since = 1000 * AGE;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		struct turbo_ack_sock sk = {
			.rcv_nxt = bases[i] + 1001, .rcv_wup = bases[i],
			.rcv_mss = 1000, .mem_low = 100, .mem_high = 200,
			.memcg_margin = 100,
		};
		int bit;

		/* signed, congested: the stack's */
		for (bit = 0; bit < TURBO_ACK_NR_TRAITS; bit++) {
			sk.traits = TURBO_ACK_TRAIT(TURBO_ACK_NOT_OWNED) |
				    TURBO_ACK_TRAIT(bit);
			assert_int_equal(turbo_ack_decide_unread(&sk, since,
								 since + AGE,
								 AGE),
					 bit == TURBO_ACK_STATE ||
					 bit == TURBO_ACK_PRESSURE ?
					 bit : TURBO_ACK_SEND);
		}
		sk.traits = TURBO_ACK_TRAIT(TURBO_ACK_NOT_OWNED);
		assert_int_equal(turbo_ack_decide_unread(&sk, since,
							 since + AGE - 1, AGE),
				 TURBO_ACK_YOUNG);
		/* noted by another CPU since the time was taken */
		assert_int_equal(turbo_ack_decide_unread(&sk, since, since - 1,
							 AGE),
				 TURBO_ACK_YOUNG);
		/* a segment, or sent meanwhile: there is nothing to wait for */
		sk.rcv_wup++;
		assert_int_equal(turbo_ack_decide_unread(&sk, since,
							 since + AGE, AGE),
				 TURBO_ACK_SMALL);
		sk.rcv_wup = sk.rcv_nxt;
		assert_int_equal(turbo_ack_decide_unread(&sk, since, since,
							 AGE),
				 TURBO_ACK_SMALL);
	}
}

/* And if there is memory for as much again as waits. */
static void what_is_not_read_is_to_fit_twice(void **state)
{
	static const struct {
		u64 rmem_alloc, used, promised, low, high, margin;
		enum turbo_ack_reason reason;
	} t[] = {
		/* 16 pages wait; tcp_mem[0] */
		{ 65535, 16, 0, 32, 1000, 1000, TURBO_ACK_SEND },
		{ 65535, 17, 0, 32, 1000, 1000, TURBO_ACK_TCP_MEM },
		{ 65536, 16, 0, 32, 1000, 1000, TURBO_ACK_TCP_MEM },
		{ 65535, 16, 1, 32, 1000, 1000, TURBO_ACK_TCP_MEM },
		{ 65535, 0, 0, 0, 1000, 1000, TURBO_ACK_TCP_MEM },
		/* half as much again as all sockets have */
		{ 4095, 66, 0, 99, 1000, 1000, TURBO_ACK_SEND },
		{ 4095, 68, 0, 101, 1000, 1000, TURBO_ACK_TCP_MEM },
		{ 4095, 66, 1, 99, 1000, 1000, TURBO_ACK_TCP_MEM },
		/* half of tcp_mem[2] */
		{ 65535, 16, 0, 1000, 64, 1000, TURBO_ACK_SEND },
		{ 65535, 16, 0, 1000, 63, 1000, TURBO_ACK_TCP_MEM },
		/* half of what the cgroup has left */
		{ 65535, 16, 0, 1000, 2000, 32, TURBO_ACK_SEND },
		{ 65535, 16, 0, 1000, 2000, 31, TURBO_ACK_MEMCG },
		{ 65535, 16, 1, 1000, 2000, 33, TURBO_ACK_MEMCG },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct turbo_ack_sock sk = {
			.traits = TURBO_ACK_TRAIT(TURBO_ACK_NOT_OWNED),
			.rcv_nxt = 5001, .rcv_wup = 1, .rcv_mss = 1000,
			.rmem_alloc = t[i].rmem_alloc, .mem_pages = t[i].used,
			.mem_promised = t[i].promised, .mem_low = t[i].low,
			.mem_high = t[i].high, .memcg_margin = t[i].margin,
		};

		assert_int_equal(turbo_ack_decide_unread(&sk, 0, AGE, AGE),
				 t[i].reason);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_are_paced),
		cmocka_unit_test(what_is_not_read_is_due_at_an_age),
		cmocka_unit_test(what_is_not_read_is_to_fit_twice),
		cmocka_unit_test(looks_in_vain_are_rare),
	};

	return cmocka_run_group_tests_name("ack_pace", tests, NULL, NULL);
}
