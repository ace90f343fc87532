// SPDX-License-Identifier: GPL-2.0
/* ack_decision.c - tests of guest-kmod/policy/ack_decision.c */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "ack_model.h"
#include "random.h"

#define MSS	ACK_MSS
#define AGE	ACK_AGE_NS
#define MANY	2000000

static enum turbo_ack_reason ask(const struct ack_case *c)
{
	struct turbo_ack_chain chain;
	struct turbo_ack_plan plan;

	return ack_ask(c, &plan, &chain);
}

/* Segment conditions, broken in the head so that nothing is left to send. */
static void seq_late(struct ack_case *c) { c->seg[0].seq = c->sk.rcv_nxt + 1; }
static void seq_early(struct ack_case *c) { c->seg[0].seq = c->sk.rcv_nxt - 1; }
static void seq_inverted(struct ack_case *c) { c->seg[0].end_seq = c->seg[0].seq - 1; }
static void window_short(struct ack_case *c) { c->sk.rcv_wnd = 100 + MSS - 1; }
static void window_gone(struct ack_case *c) { c->sk.rcv_wnd = 0; }
static void flag_fin(struct ack_case *c) { c->seg[0].flags |= 0x01; }
static void flag_syn(struct ack_case *c) { c->seg[0].flags |= 0x02; }
static void flag_rst(struct ack_case *c) { c->seg[0].flags |= 0x04; }
static void flag_urg(struct ack_case *c) { c->seg[0].flags |= 0x20; }
static void flag_ece(struct ack_case *c) { c->seg[0].flags |= 0x40; }
static void flag_cwr(struct ack_case *c) { c->seg[0].flags |= 0x80; }
static void flag_ae(struct ack_case *c) { c->seg[0].flags |= 0x100; }
static void flag_no_ack(struct ack_case *c) { c->seg[0].flags &= ~TURBO_ACK_TH_ACK; }
static void opt_other(struct ack_case *c) { c->seg[0].options = TURBO_ACK_OPT_OTHER; }
static void opt_missing(struct ack_case *c)
{
	c->seg[0].options = c->sk.tstamp_ok ? TURBO_ACK_OPT_NONE :
					      TURBO_ACK_OPT_TSTAMP;
}

static void paws(struct ack_case *c)
{
	/* without timestamps there is no PAWS: then another of its kind */
	c->seg[0].tsval = c->sk.ts_recent - 1;
	if (!c->sk.tstamp_ok)
		c->seg[0].options = TURBO_ACK_OPT_TSTAMP;
}

static void ack_old(struct ack_case *c) { c->seg[0].ack_seq = c->sk.snd_una - 1; }
static void ack_unsent(struct ack_case *c) { c->seg[0].ack_seq = c->sk.snd_nxt + 1; }
static void ce(struct ack_case *c) { c->seg[0].dsfield |= 3; }
static void csum(struct ack_case *c) { c->seg[0].csum_ok = false; }
static void pfmemalloc(struct ack_case *c) { c->seg[0].pfmemalloc = true; }
static void psp(struct ack_case *c) { c->seg[0].psp = true; }
static void empty(struct ack_case *c) { c->nr = 0; }
static void young(struct ack_case *c) { c->now_ns--; }
static void time_back(struct ack_case *c) { c->now_ns = c->flow.since_ns - 1; }
static void rcvbuf(struct ack_case *c) { c->sk.rcvbuf--; }
static void tcp_mem_low(struct ack_case *c) { c->sk.mem_low--; }
static void tcp_mem_high(struct ack_case *c) { c->sk.mem_high -= 2; }
static void memcg(struct ack_case *c) { c->sk.memcg_margin -= 1; }
static void send_window(struct ack_case *c) { c->sk.snd_wnd_end--; }

static void repeated(struct ack_case *c)
{
	c->flow.promised = true;
	c->flow.acked = c->seg[2].end_seq;
	c->flow.fresh_ns = 0;
}

static void small(struct ack_case *c)
{
	c->flow.promised = true;
	c->flow.acked = c->seg[2].end_seq - 2 * MSS + 1;
	c->flow.fresh_ns = c->now_ns - AGE / 2 + 1;
}

static const struct condition {
	const char *name;
	void (*breaks)(struct ack_case *c);
	enum turbo_ack_reason reason;
} conditions[] = {
	{ "seq late", seq_late, TURBO_ACK_SEQUENCE },
	{ "seq early", seq_early, TURBO_ACK_SEQUENCE },
	{ "seq inverted", seq_inverted, TURBO_ACK_SEQUENCE },
	{ "window short", window_short, TURBO_ACK_WINDOW },
	{ "window gone", window_gone, TURBO_ACK_WINDOW },
	{ "FIN", flag_fin, TURBO_ACK_FLAGS },
	{ "SYN", flag_syn, TURBO_ACK_FLAGS },
	{ "RST", flag_rst, TURBO_ACK_FLAGS },
	{ "URG", flag_urg, TURBO_ACK_FLAGS },
	{ "ECE", flag_ece, TURBO_ACK_FLAGS },
	{ "CWR", flag_cwr, TURBO_ACK_FLAGS },
	{ "AE", flag_ae, TURBO_ACK_FLAGS },
	{ "no ACK", flag_no_ack, TURBO_ACK_FLAGS },
	{ "other options", opt_other, TURBO_ACK_OPTIONS },
	{ "missing options", opt_missing, TURBO_ACK_OPTIONS },
	{ "PAWS", paws, TURBO_ACK_PAWS },
	{ "old ACK", ack_old, TURBO_ACK_ACK_RANGE },
	{ "ACK of nothing sent", ack_unsent, TURBO_ACK_ACK_RANGE },
	{ "CE", ce, TURBO_ACK_CE },
	{ "checksum", csum, TURBO_ACK_CHECKSUM },
	{ "pfmemalloc", pfmemalloc, TURBO_ACK_PFMEMALLOC },
	{ "PSP segment", psp, TURBO_ACK_PSP },
	{ "empty", empty, TURBO_ACK_EMPTY },
	{ "young", young, TURBO_ACK_YOUNG },
	{ "time goes back", time_back, TURBO_ACK_YOUNG },
	{ "rcvbuf", rcvbuf, TURBO_ACK_RCVBUF },
	{ "tcp_mem[0]", tcp_mem_low, TURBO_ACK_TCP_MEM },
	{ "tcp_mem[2]", tcp_mem_high, TURBO_ACK_TCP_MEM },
	{ "memcg", memcg, TURBO_ACK_MEMCG },
	{ "send window", send_window, TURBO_ACK_SEND_WINDOW },
	{ "repeated", repeated, TURBO_ACK_REPEATED },
	{ "small", small, TURBO_ACK_SMALL },
};

#define NR_ARITHMETIC	(sizeof(conditions) / sizeof(conditions[0]))
#define NR_TRAITS	(TURBO_ACK_NR_TRAITS - TURBO_ACK_NOT_OWNED)
#define NR_CONDITIONS	(NR_ARITHMETIC + NR_TRAITS)

/* Breaks condition number @n: first those above, then every trait. */
static enum turbo_ack_reason breaks(size_t n, struct ack_case *c)
{
	enum turbo_ack_reason trait;

	if (n < NR_ARITHMETIC) {
		conditions[n].breaks(c);
		if (conditions[n].reason == TURBO_ACK_PAWS && !c->sk.tstamp_ok)
			return TURBO_ACK_OPTIONS;
		return conditions[n].reason;
	}
	trait = TURBO_ACK_NOT_OWNED + (n - NR_ARITHMETIC);
	c->sk.traits |= TURBO_ACK_TRAIT(trait);
	return trait;
}

/* Sequence numbers at which the whole case lies across a wrap, or not. */
static const u32 bases[] = {
	1, 0x10000, 0x7ffffff0U, 0x80000000U, 0xffffe000U, 0xffffffffU,
	0U - 7000, 0U - 2 * MSS,
};

#define FOR_ALL_GOOD(c, base, ts)					\
	for (size_t b_ = 0; b_ < sizeof(bases) / sizeof(bases[0]); b_++) \
		for (int ts = 0; ts < 2; ts++)				\
			for (int once_ = 1; once_; once_ = 0)		\
				for (u32 base = bases[b_]; once_; once_ = 0) \
					for (struct ack_case c = ack_good(base, ts); \
					     once_; once_ = 0)

static void nothing_broken_is_sent(void **state)
{
	(void)state;
	FOR_ALL_GOOD(c, base, ts) {
		struct turbo_ack_chain chain;
		struct turbo_ack_plan plan;

		assert_int_equal(ack_ask(&c, &plan, &chain), TURBO_ACK_SEND);
		assert_int_equal(plan.ack, base + 3 * MSS);
		assert_int_equal(plan.seq, c.sk.snd_nxt);
		assert_int_equal(plan.bytes, 3 * MSS);
		assert_int_equal(plan.window, 7 * MSS >> 7);
		/* what came before the backlog is not acknowledged yet */
		assert_int_equal(plan.tsecr, c.sk.ts_recent);
		assert_int_equal(chain.nr, 3);
	}
}

static void each_condition_alone_flips(void **state)
{
	(void)state;
	FOR_ALL_GOOD(whole, base, ts) {
		for (size_t i = 0; i < NR_CONDITIONS; i++) {
			struct ack_case c = whole;
			enum turbo_ack_reason want = breaks(i, &c);

			(void)base;
			assert_int_equal(ask(&c), want);
		}
	}
}

/* Of two broken ones, one is named, and none heals the other. */
static void each_pair_flips(void **state)
{
	(void)state;
	FOR_ALL_GOOD(whole, base, ts) {
		for (size_t i = 0; i < NR_CONDITIONS; i++) {
			for (size_t j = 0; j < NR_CONDITIONS; j++) {
				struct ack_case c = whole;
				enum turbo_ack_reason a = breaks(i, &c);
				enum turbo_ack_reason b = breaks(j, &c);
				enum turbo_ack_reason got = ask(&c);

				(void)base;
				assert_int_not_equal(got, TURBO_ACK_SEND);
				/* two that move the same number: any of its kind */
				if (got != a && got != b)
					assert_true(got == TURBO_ACK_SEQUENCE ||
						    got == TURBO_ACK_WINDOW ||
						    got == TURBO_ACK_OPTIONS);
			}
		}
	}
}

static void a_bit_that_is_no_trait_is_no_permission(void **state)
{
	int bit;

	(void)state;
	for (bit = 0; bit < 64; bit++) {
		struct ack_case c = ack_good(1, true);

		c.sk.traits = 1ULL << bit;
		assert_int_not_equal(ask(&c), TURBO_ACK_SEND);
	}
}

/* What is on the good side of each border does not flip. */
static void borders_are_exact(void **state)
{
	struct ack_case c;

	(void)state;
	c = ack_good(1, true);
	c.sk.rcv_wnd = 100 + 3 * MSS;	/* exactly the window */
	assert_int_equal(ask(&c), TURBO_ACK_SEND);
	c = ack_good(1, true);
	c.seg[0].flags |= TURBO_ACK_TH_PSH;
	assert_int_equal(ask(&c), TURBO_ACK_SEND);
	c = ack_good(1, true);
	c.seg[2].ack_seq = c.sk.snd_nxt;
	assert_int_equal(ask(&c), TURBO_ACK_SEND);
	c = ack_good(1, true);
	repeated(&c);
	c.flow.acked -= 2 * MSS;	/* two segments are new */
	c.flow.fresh_ns = c.now_ns;
	assert_int_equal(ask(&c), TURBO_ACK_SEND);
	c.flow.acked++;			/* a byte less, but it has aged */
	c.flow.fresh_ns = c.now_ns - AGE / 2;
	assert_int_equal(ask(&c), TURBO_ACK_SEND);
	c.flow.fresh_ns++;
	assert_int_equal(ask(&c), TURBO_ACK_SMALL);
	c = ack_good(1, true);
	c.sk.memcg_margin = UINT64_MAX;
	assert_int_equal(ask(&c), TURBO_ACK_SEND);
	/* half of the hard limit stays free even if tcp_mem[0] is beyond */
	c = ack_good(1, true);
	c.sk.mem_low = UINT64_MAX;
	c.sk.mem_high = 2 * 1012;
	assert_int_equal(ask(&c), TURBO_ACK_SEND);
	c.sk.mem_high--;
	assert_int_equal(ask(&c), TURBO_ACK_TCP_MEM);
}

/* A segment that spoils the second or third place cuts the chain there. */
static void chain_ends_before_the_first_bad_one(void **state)
{
	(void)state;
	FOR_ALL_GOOD(whole, base, ts) {
		for (size_t i = 0; i < NR_ARITHMETIC; i++) {
			for (int place = 1; place < 3; place++) {
				struct ack_case c = whole;
				struct ack_case head = whole;
				struct turbo_ack_chain chain;
				struct turbo_ack_plan plan;

				if (conditions[i].reason != TURBO_ACK_PSP &&
				    (conditions[i].reason < TURBO_ACK_FLAGS ||
				     conditions[i].reason > TURBO_ACK_PFMEMALLOC))
					continue;
				/* break a head, put that in the place */
				head.seg[0] = c.seg[place];
				breaks(i, &head);
				c.seg[place] = head.seg[0];
				assert_int_equal(ack_ask(&c, &plan, &chain),
						 TURBO_ACK_SEND);
				assert_int_equal(plan.ack, base + place * MSS);
				assert_int_equal(chain.nr, place);
				assert_int_not_equal(chain.stop,
						     TURBO_ACK_SEND);
			}
		}
	}
}

static void holes_overlaps_and_decreasing_acks_cut(void **state)
{
	(void)state;
	FOR_ALL_GOOD(c, base, ts) {
		struct turbo_ack_chain chain;
		struct turbo_ack_plan plan;
		struct ack_case d = c;

		d.seg[1].seq++;
		assert_int_equal(ack_ask(&d, &plan, &chain), TURBO_ACK_SEND);
		assert_int_equal(plan.ack, base + MSS);
		d = c;
		d.seg[1].seq--;
		assert_int_equal(ack_ask(&d, &plan, &chain), TURBO_ACK_SEND);
		assert_int_equal(plan.ack, base + MSS);
		/* allowed by snd_una, but less than the one before */
		d = c;
		d.seg[1].ack_seq = d.seg[0].ack_seq;
		d.seg[2].ack_seq = d.seg[0].ack_seq;
		assert_int_equal(ack_ask(&d, &plan, &chain), TURBO_ACK_SEND);
		assert_int_equal(plan.ack, base + 3 * MSS);
		d.seg[0].ack_seq++;
		assert_int_equal(ack_ask(&d, &plan, &chain), TURBO_ACK_SEND);
		assert_int_equal(plan.ack, base + MSS);
		/* pure ACKs between data do not end the chain */
		d = c;
		d.seg[1].end_seq = d.seg[1].seq;
		d.seg[2].seq = d.seg[1].end_seq;
		assert_int_equal(ack_ask(&d, &plan, &chain), TURBO_ACK_SEND);
		assert_int_equal(plan.ack, base + 3 * MSS);
	}
}

static void a_walk_is_bounded(void **state)
{
	struct ack_case c = ack_good(1, false);
	struct turbo_ack_chain chain;
	struct turbo_ack_seg seg = c.seg[0];
	u32 n = 0;

	(void)state;
	c.sk.rcv_wnd = 1 << 30;
	turbo_ack_begin(&chain, &c.sk, &c.flow);
	for (;;) {
		seg.end_seq = seg.seq + 1;
		if (!turbo_ack_add(&chain, &c.sk, &seg))
			break;
		seg.seq++;
		n++;
		assert_true(n <= TURBO_ACK_WALK_MAX);
	}
	assert_int_equal(n, TURBO_ACK_WALK_MAX);
	assert_int_equal(chain.stop, TURBO_ACK_LONG);
	assert_int_equal(chain.end, c.sk.rcv_nxt + n);
}

/* RFC 7323, 4.3: the timestamp of the earliest segment not acknowledged. */
static void timestamp_is_that_of_the_earliest(void **state)
{
	(void)state;
	FOR_ALL_GOOD(c, base, ts) {
		struct turbo_ack_chain chain;
		struct turbo_ack_plan plan;

		if (!ts)
			continue;
		c.sk.rcv_wup = base;
		assert_int_equal(ack_ask(&c, &plan, &chain), TURBO_ACK_SEND);
		assert_int_equal(plan.tsecr, c.seg[0].tsval);
		c.flow.promised = true;
		c.flow.fresh_ns = 1;
		c.flow.acked = base + MSS;
		assert_int_equal(ack_ask(&c, &plan, &chain), TURBO_ACK_SEND);
		assert_int_equal(plan.tsecr, c.seg[1].tsval);
		c.flow.acked = base + 2 * MSS - 1;
		assert_int_equal(ack_ask(&c, &plan, &chain), TURBO_ACK_SEND);
		assert_int_equal(plan.tsecr, c.seg[1].tsval);
		/* a promise that the stack has overtaken counts no more */
		c.flow.acked = base - 200;
		assert_int_equal(ack_ask(&c, &plan, &chain), TURBO_ACK_SEND);
		assert_int_equal(plan.tsecr, c.seg[0].tsval);
	}
}

static void window_keeps_its_right_edge(void **state)
{
	u32 scale;

	(void)state;
	for (scale = 0; scale <= 14; scale++) {
		u32 wnd;

		for (wnd = 100 + 3 * MSS; wnd < 3U << 20; wnd += 777) {
			struct ack_case c = ack_good(0xfffff000U, true);
			struct ack_meanwhile m = { 0 };
			const char *wrong;

			c.sk.rcv_wscale = scale;
			c.sk.rcv_wnd = wnd;
			assert_int_equal(ask(&c), TURBO_ACK_SEND);
			wrong = ack_wrong(&c, &m);
			if (wrong)
				fail_msg("%s", wrong);
		}
	}
}

static void promises_are_settled(void **state)
{
	const u64 unowned = TURBO_ACK_TRAIT(TURBO_ACK_NOT_OWNED);
	const u64 dead = TURBO_ACK_TRAIT(TURBO_ACK_CLOSING);
	const u64 over = TURBO_ACK_TRAIT(TURBO_ACK_STATE);

	(void)state;
	FOR_ALL_GOOD(c, base, ts) {
		struct turbo_ack_flow none = { 0 };
		struct turbo_ack_flow some = {
			.promised = true, .acked = base + 10,
		};
		struct turbo_ack_sock sk = c.sk;

		assert_int_equal(turbo_ack_settle(&sk, &none, true),
				 TURBO_ACK_KEPT);
		assert_int_equal(turbo_ack_settle(&sk, &some, true),
				 TURBO_ACK_PENDING);
		sk.traits = unowned;
		assert_int_equal(turbo_ack_settle(&sk, &some, false),
				 TURBO_ACK_PENDING);
		assert_int_equal(turbo_ack_settle(&sk, &some, true),
				 TURBO_ACK_BROKEN);
		sk.rcv_nxt = base + 9;
		assert_int_equal(turbo_ack_settle(&sk, &some, true),
				 TURBO_ACK_BROKEN);
		sk.traits = unowned | dead;
		assert_int_equal(turbo_ack_settle(&sk, &some, true),
				 TURBO_ACK_VOID);
		sk.traits = over;
		assert_int_equal(turbo_ack_settle(&sk, &some, false),
				 TURBO_ACK_VOID);
		sk.rcv_nxt = base + 10;
		assert_int_equal(turbo_ack_settle(&sk, &some, true),
				 TURBO_ACK_KEPT);
		sk.traits = unowned;
		assert_int_equal(turbo_ack_settle(&sk, &some, true),
				 TURBO_ACK_KEPT);
	}
}

static void a_spoiling_peer_is_told_from_a_bug(void **state)
{
	(void)state;
	FOR_ALL_GOOD(c, base, ts) {
		struct turbo_ack_seg tail = c.seg[1], seg = c.seg[2];

		(void)base;
		assert_false(turbo_ack_spoils(&c.sk, &tail, &seg));
		seg.flags |= 1;	/* a FIN may follow */
		assert_false(turbo_ack_spoils(&c.sk, &tail, &seg));
		seg.ack_seq = c.sk.snd_nxt + 1;
		assert_true(turbo_ack_spoils(&c.sk, &tail, &seg));
		seg.seq++;	/* does not follow: is not merged */
		assert_false(turbo_ack_spoils(&c.sk, &tail, &seg));
		seg = c.seg[2];
		seg.end_seq = c.sk.rcv_wup + c.sk.rcv_wnd;
		assert_false(turbo_ack_spoils(&c.sk, &tail, &seg));
		seg.end_seq++;
		assert_true(turbo_ack_spoils(&c.sk, &tail, &seg));
	}
}

/*
 * Timestamps that are each later than the one before, and the last one before
 * ts_recent: the stack may compare with either.  Found by the fuzzer.
 */
static void timestamps_do_not_come_round(void **state)
{
	static const u32 ts[][4] = {
		{ 0xfffffff0, 0xfffffff1, 0x5b5b5b5b, 0xb65b5b5b },
		{ 0x80000003, 0xfffffff1, 0x00000001, 0x00000011 },
		{ 0x00000000, 0x7fffffff, 0x7fffffff, 0x80000001 },
	};
	struct ack_meanwhile m = { 0 };
	struct turbo_ack_chain chain;
	struct turbo_ack_plan plan;
	struct ack_case c;
	size_t i;
	int k;

	(void)state;
	for (i = 0; i < sizeof(ts) / sizeof(ts[0]); i++) {
		c = ack_good(1000, true);
		c.sk.ts_recent = ts[i][0];
		for (k = 0; k < 3; k++)
			c.seg[k].tsval = ts[i][k + 1];
		assert_int_equal(ack_ask(&c, &plan, &chain), TURBO_ACK_SEND);
		assert_int_equal(chain.stop, TURBO_ACK_PAWS);
		assert_int_equal(plan.ack, c.seg[1].end_seq);
		assert_null(ack_wrong(&c, &m));
	}
}

static void every_reason_has_its_own_name(void **state)
{
	u32 i, j;

	(void)state;
	for (i = 0; i < TURBO_ACK_NR_REASONS; i++) {
		assert_non_null(turbo_ack_reason_name(i));
		for (j = 0; j < i; j++)
			assert_string_not_equal(turbo_ack_reason_name(i),
						turbo_ack_reason_name(j));
	}
	assert_null(turbo_ack_reason_name(TURBO_ACK_NR_REASONS));
	assert_null(turbo_ack_reason_name((enum turbo_ack_reason)-1));
	assert_true(TURBO_ACK_NR_TRAITS < 64);
}

static u32 near(u32 n)
{
	return n + (u32)random_below(5) - 2;
}

/* Many backlogs close to the borders, against the model of the kernels. */
static void random_backlogs_keep_the_promise(void **state)
{
	int i, sent = 0, dropped_anyway = 0;

	(void)state;
	for (i = 0; i < MANY; i++) {
		struct ack_case c = ack_good((u32)random_u64(), random_below(2));
		struct ack_meanwhile m = {
			.others_pages = c.sk.mem_high / 2,
			.send_ack = random_below(2),
			.more_window = random_below(2) * 1000,
			.read_bytes = random_below(2) * 4096,
		};
		int k, n = random_below(4);
		const char *wrong;

		for (k = 0; k < n; k++) {
			struct turbo_ack_seg *s = &c.seg[random_below(3)];

			switch (random_below(14)) {
			case 0: s->seq = near(s->seq); break;
			case 1: s->end_seq = near(s->end_seq); break;
			case 2: s->ack_seq = near(c.sk.snd_una); break;
			case 3: s->ack_seq = near(c.sk.snd_nxt); break;
			case 4: s->tsval = near(c.sk.ts_recent); break;
			case 5: s->flags ^= 1 << random_below(9); break;
			case 6: s->options = random_below(3); break;
			case 7:
				c.sk.rcv_wnd = near(100 + MSS *
						    (1 + random_below(3)));
				break;
			case 8: c.sk.rcvbuf = near(c.sk.rcvbuf); break;
			case 9: c.sk.mem_low = near(c.sk.mem_low); break;
			case 10: c.sk.mem_pages = near(c.sk.mem_pages); break;
			case 11: s->csum_ok = false; break;
			case 12: c.sk.rcv_wscale = random_below(15); break;
			case 13: s->psp = true; break;
			}
		}
		wrong = ack_wrong(&c, &m);
		if (wrong)
			fail_msg("case %d: %s", i, wrong);
		if (ask(&c) == TURBO_ACK_SEND)
			sent++;
		else if ((int)(ack_drain(&c, &m, ACK_7_2) -
			       c.seg[2].end_seq) < 0)
			dropped_anyway++;
	}
	/* neither answer is rare, or nothing was tested */
	assert_true(sent > MANY / 10);
	assert_true(dropped_anyway > MANY / 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_broken_is_sent),
		cmocka_unit_test(each_condition_alone_flips),
		cmocka_unit_test(each_pair_flips),
		cmocka_unit_test(a_bit_that_is_no_trait_is_no_permission),
		cmocka_unit_test(borders_are_exact),
		cmocka_unit_test(chain_ends_before_the_first_bad_one),
		cmocka_unit_test(holes_overlaps_and_decreasing_acks_cut),
		cmocka_unit_test(a_walk_is_bounded),
		cmocka_unit_test(timestamp_is_that_of_the_earliest),
		cmocka_unit_test(window_keeps_its_right_edge),
		cmocka_unit_test(promises_are_settled),
		cmocka_unit_test(a_spoiling_peer_is_told_from_a_bug),
		cmocka_unit_test(timestamps_do_not_come_round),
		cmocka_unit_test(every_reason_has_its_own_name),
		cmocka_unit_test(random_backlogs_keep_the_promise),
	};

	return cmocka_run_group_tests_name("ack_decision", tests, NULL, NULL);
}
