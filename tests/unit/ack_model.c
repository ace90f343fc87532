// SPDX-License-Identifier: GPL-2.0
/*
 * ack_model.c - what the kernels do with a backlog: written from their code
 *
 * net/ipv4/tcp_input.c of 6.1, 6.12 and 7.2, as far as it can drop in-order
 * data.  Independent of ack_decision.c: it knows nothing of its conditions.
 */
#include "ack_model.h"

#define FIN	0x01
#define SYN	0x02
#define RST	0x04
#define ACK	0x10

struct model {
	u32 rcv_nxt, rcv_wup, rcv_wnd, mwnd_seq;
	u32 snd_una, snd_nxt;
	u32 ts_recent;
	u64 rmem, rcvbuf, mem, mem_high;
	bool nomem;
};

static int diff(u32 a, u32 b)
{
	return (int)(a - b);
}

enum turbo_ack_reason ack_ask(const struct ack_case *c,
			      struct turbo_ack_plan *plan,
			      struct turbo_ack_chain *chain)
{
	int i;

	turbo_ack_begin(chain, &c->sk, &c->flow);
	for (i = 0; i < c->nr; i++)
		if (!turbo_ack_add(chain, &c->sk, &c->seg[i]))
			break;
	return turbo_ack_decide(&c->sk, chain, &c->flow, c->now_ns, c->age_ns,
				plan);
}

struct ack_case ack_good(u32 base, bool tstamp)
{
	struct ack_case c = {
		.sk = {
			.rcv_nxt = base, .rcv_wup = base - 100,
			.rcv_wnd = 100 + 10 * ACK_MSS,
			.snd_una = base + 7000, .snd_nxt = base + 8000,
			.snd_wnd_end = base + 8000,
			.ts_recent = 0xfffffff0U, .rcv_mss = ACK_MSS,
			.rcv_wscale = 7, .tstamp_ok = tstamp,
			.rmem_alloc = 10000, .backlog_len = 3 * 2304,
			.rcvbuf = 10000 + 3 * 2304,
			.mem_pages = 1000, .mem_promised = 10,
			.mem_low = 1000 + 10 + 2, .mem_high = 2024,
			.memcg_margin = 24,
		},
		.flow = { .since_ns = 1000, .fresh_ns = 1000 },
		.nr = 3, .now_ns = 1000 + ACK_AGE_NS, .age_ns = ACK_AGE_NS,
	};
	int i;

	for (i = 0; i < c.nr; i++) {
		c.seg[i] = (struct turbo_ack_seg) {
			.seq = base + i * ACK_MSS, .end_seq = base + (i + 1) * ACK_MSS,
			.ack_seq = base + 7000 + i * 500,
			/* past the wrap of the timestamp */
			.tsval = 0xfffffff1U + i * 16,
			.flags = TURBO_ACK_TH_ACK, .dsfield = 2,
			.options = tstamp ? TURBO_ACK_OPT_TSTAMP :
					    TURBO_ACK_OPT_NONE,
			.csum_ok = true,
		};
		c.truesize[i] = 2304;
	}
	return c;
}

/* tcp_receive_window() */
static u32 window(const struct model *m)
{
	int win = diff(m->rcv_wup + m->rcv_wnd, m->rcv_nxt);

	return win > 0 ? (u32)win : 0;
}

/* tcp_sequence(): true if the segment is acceptable */
static bool sequence(const struct model *m, const struct turbo_ack_seg *s,
		     enum ack_kernel kernel)
{
	u32 limit = m->rcv_nxt + window(m);

	if (diff(s->end_seq, m->rcv_wup) < 0)
		return false;
	if (kernel != ACK_7_2)
		return diff(s->seq, limit) <= 0;
	if (diff(m->mwnd_seq, limit) > 0)
		limit = m->mwnd_seq;
	if (diff(s->end_seq, limit) > 0 &&
	    diff(s->end_seq - !!(s->flags & FIN), limit) > 0)
		return false;	/* the receive queue is not empty, at worst */
	return true;
}

/* tcp_validate_incoming() up to step 5: false drops the segment */
static bool validate(struct model *m, const struct ack_case *c,
		     const struct turbo_ack_seg *s, enum ack_kernel kernel)
{
	if (c->sk.tstamp_ok && s->options == TURBO_ACK_OPT_TSTAMP &&
	    diff(m->ts_recent, s->tsval) > 1)
		return false;
	if (!sequence(m, s, kernel))
		return false;
	return !(s->flags & (RST | SYN)) && (s->flags & ACK);
}

/* tcp_ack(): false drops the segment with its data */
static bool ack(struct model *m, const struct turbo_ack_seg *s)
{
	/* an old one passes within max_window, which may be next to nothing */
	if (diff(s->ack_seq, m->snd_una) < 0 ||
	    diff(s->ack_seq, m->snd_nxt) > 0)
		return false;
	m->snd_una = s->ack_seq;
	return true;
}

/* tcp_data_queue() of a segment at or beyond rcv_nxt */
static void data(struct model *m, const struct turbo_ack_seg *s, u32 truesize)
{
	u64 charge = (truesize >> TURBO_ACK_PAGE_SHIFT) + 1;

	if (diff(s->end_seq, s->seq) <= 0 || s->seq != m->rcv_nxt)
		return;	/* nothing, or not in order: not our byte */
	if (!window(m) || m->nomem)
		return;
	if (m->rmem > m->rcvbuf || m->mem + charge > m->mem_high) {
		m->nomem = true;	/* ICSK_ACK_NOMEM: the window closes */
		return;
	}
	m->rmem += truesize;
	/* only whole pages of the sum are charged, not one more per skb */
	m->mem += truesize >> TURBO_ACK_PAGE_SHIFT;
	m->rcv_nxt = s->end_seq;
}

u32 ack_drain(const struct ack_case *c, const struct ack_meanwhile *w,
	      enum ack_kernel kernel)
{
	struct model m = {
		.rcv_nxt = c->sk.rcv_nxt, .rcv_wup = c->sk.rcv_wup,
		.rcv_wnd = c->sk.rcv_wnd,
		.snd_una = c->sk.snd_una, .snd_nxt = c->sk.snd_nxt,
		.ts_recent = c->sk.ts_recent,
		.rmem = c->sk.rmem_alloc, .rcvbuf = c->sk.rcvbuf,
		.mem = c->sk.mem_pages + c->sk.mem_promised + w->others_pages,
		.mem_high = c->sk.mem_high,
	};
	int i;

	m.mwnd_seq = m.rcv_wup + m.rcv_wnd;
	m.rmem -= w->read_bytes < m.rmem ? w->read_bytes : m.rmem;
	if (w->send_ack) {
		/* tcp_select_window(): the right edge never recedes */
		m.rcv_wnd = window(&m) + w->more_window;
		m.rcv_wup = m.rcv_nxt;
		m.mwnd_seq = m.rcv_wup + m.rcv_wnd;
	}
	for (i = 0; i < c->nr; i++) {
		const struct turbo_ack_seg *s = &c->seg[i];

		/* psp_sk_rx_policy_check(), of a socket without PSP */
		if (!s->csum_ok || (kernel == ACK_7_2 && s->psp) ||
		    !validate(&m, c, s, kernel) || !ack(&m, s))
			continue;
		if (c->sk.tstamp_ok && s->options == TURBO_ACK_OPT_TSTAMP &&
		    diff(s->seq, m.rcv_wup) <= 0 &&
		    diff(s->tsval, m.ts_recent) > 0)
			m.ts_recent = s->tsval;
		data(&m, s, c->truesize[i]);
	}
	return m.rcv_nxt;
}

const char *ack_wrong(const struct ack_case *c, const struct ack_meanwhile *m)
{
	u32 edge = c->sk.rcv_wup + c->sk.rcv_wnd;
	struct turbo_ack_chain chain;
	struct turbo_ack_plan plan;
	u32 advertised;
	int k;

	if (ack_ask(c, &plan, &chain) != TURBO_ACK_SEND)
		return NULL;
	if (c->sk.traits)
		return "sent in spite of a trait";
	if (diff(plan.ack, c->sk.rcv_nxt) <= 0)
		return "acknowledges nothing";
	if (c->flow.promised && diff(plan.ack, c->flow.acked) <= 0)
		return "acknowledges the same again";
	advertised = plan.ack + (plan.window << c->sk.rcv_wscale);
	if (diff(advertised, edge) > 0)
		return "extends the window";
	if (plan.window > 65535)
		return "window does not fit";
	if (plan.window < 65535 &&
	    edge - advertised >= 1U << c->sk.rcv_wscale)
		return "shrinks the window by more than its unit";
	for (k = 0; k < ACK_KERNELS; k++)
		if (diff(ack_drain(c, m, k), plan.ack) < 0)
			return "a kernel drops what was acknowledged";
	return NULL;
}
