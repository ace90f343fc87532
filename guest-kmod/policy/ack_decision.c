// SPDX-License-Identifier: GPL-2.0
/*
 * ack_decision.c - may a backlog be acknowledged before its owner sees it?
 */
#include "ack_decision.h"

/* Looks at a backlog that gets nothing new are this far apart at most. */
#define LOOK_MAX_NS	64000000ULL

/* Looks that were in vain, while more comes. */
#define VAIN_MAX_NS	1000000ULL
#define VAIN_MAX	16

/* Sequence numbers wrap: the comparisons of include/net/tcp.h. */
static bool before(u32 a, u32 b)
{
	return (u32)(a - b) >> 31;
}

static bool after(u32 a, u32 b)
{
	return before(b, a);
}

static u32 right_edge(const struct turbo_ack_sock *sk)
{
	return sk->rcv_wup + sk->rcv_wnd;
}

static u64 pages(u64 bytes)
{
	return (bytes >> TURBO_ACK_PAGE_SHIFT) + 1;
}

/**
 * turbo_ack_begin - start walking a backlog
 * @chain: filled
 * @sk: the socket
 * @flow: what was acknowledged before
 *
 * What the stack has received and not acknowledged yet is older than the
 * backlog, and the timestamp of its first segment is ts_recent.
 */
void turbo_ack_begin(struct turbo_ack_chain *chain,
		     const struct turbo_ack_sock *sk,
		     const struct turbo_ack_flow *flow)
{
	chain->end = sk->rcv_nxt;
	chain->ack_hi = sk->snd_una;
	chain->ts_hi = sk->ts_recent;
	chain->sent = sk->rcv_wup;
	if (flow->promised && after(flow->acked, chain->sent))
		chain->sent = flow->acked;
	chain->tsecr = sk->ts_recent;
	chain->echoed = before(chain->sent, sk->rcv_nxt);
	chain->nr = 0;
	chain->stop = TURBO_ACK_SEND;
}

/* Why this segment may not be part of the chain; TURBO_ACK_SEND if it may. */
static enum turbo_ack_reason judge(const struct turbo_ack_chain *chain,
				   const struct turbo_ack_sock *sk,
				   const struct turbo_ack_seg *seg)
{
	enum turbo_ack_options options = sk->tstamp_ok ?
		TURBO_ACK_OPT_TSTAMP : TURBO_ACK_OPT_NONE;

	if (chain->nr >= TURBO_ACK_WALK_MAX)
		return TURBO_ACK_LONG;
	if (seg->seq != chain->end || before(seg->end_seq, seg->seq))
		return TURBO_ACK_SEQUENCE;
	/* by length: what lies behind the edge is not far behind it, modulo 2^32 */
	if (before(right_edge(sk), chain->end) ||
	    seg->end_seq - seg->seq > right_edge(sk) - chain->end)
		return TURBO_ACK_WINDOW;
	if ((seg->flags & ~TURBO_ACK_TH_PSH) != TURBO_ACK_TH_ACK)
		return TURBO_ACK_FLAGS;
	if (seg->options != options)
		return TURBO_ACK_OPTIONS;
	/* in two steps it could come round to what is before ts_recent */
	if (sk->tstamp_ok && (before(seg->tsval, chain->ts_hi) ||
			      before(seg->tsval, sk->ts_recent)))
		return TURBO_ACK_PAWS;
	if (before(seg->ack_seq, chain->ack_hi) ||
	    after(seg->ack_seq, sk->snd_nxt))
		return TURBO_ACK_ACK_RANGE;
	if ((seg->dsfield & TURBO_ACK_CE_MASK) == TURBO_ACK_CE_MASK)
		return TURBO_ACK_CE;
	if (!seg->csum_ok)
		return TURBO_ACK_CHECKSUM;
	if (seg->pfmemalloc)
		return TURBO_ACK_PFMEMALLOC;
	if (seg->psp)
		return TURBO_ACK_PSP;
	return TURBO_ACK_SEND;
}

/**
 * turbo_ack_add - the next segment of the backlog
 * @chain: what was walked of it
 * @sk: the socket
 * @seg: the segment
 *
 * Return: true if @seg can be acknowledged with all before it; false ends the
 * walk, and @chain->stop is why.
 */
bool turbo_ack_add(struct turbo_ack_chain *chain,
		   const struct turbo_ack_sock *sk,
		   const struct turbo_ack_seg *seg)
{
	chain->stop = judge(chain, sk, seg);
	if (chain->stop != TURBO_ACK_SEND)
		return false;
	chain->nr++;
	chain->end = seg->end_seq;
	chain->ack_hi = seg->ack_seq;
	if (!sk->tstamp_ok)
		return true;
	chain->ts_hi = seg->tsval;
	/* the one that holds the first byte not acknowledged yet */
	if (!chain->echoed && after(seg->end_seq, chain->sent)) {
		chain->tsecr = seg->tsval;
		chain->echoed = true;
	}
	return true;
}

/* @traits is not 0.  A bit that is no trait is no permission either. */
static enum turbo_ack_reason first_trait(u64 traits)
{
	u32 bit = (u32)__builtin_ctzll(traits);

	return bit > TURBO_ACK_SEND && bit < TURBO_ACK_NR_TRAITS ?
		(enum turbo_ack_reason)bit : TURBO_ACK_UNSTEADY;
}

/* May TCP take @need pages more, whatever the others take meanwhile? */
static enum turbo_ack_reason memory(const struct turbo_ack_sock *sk, u64 need)
{
	u64 limit = sk->mem_high / 2;

	/*
	 * The stack drops only above tcp_mem[2]; half of that stays free for
	 * what other sockets take before this one is drained.
	 */
	if (limit > sk->mem_low)
		limit = sk->mem_low;
	need += sk->mem_promised;
	if (sk->mem_pages + need > limit)
		return TURBO_ACK_TCP_MEM;
	if (sk->memcg_margin / 2 < need)
		return TURBO_ACK_MEMCG;
	return TURBO_ACK_SEND;
}

/* Is there memory for all that waits? */
static enum turbo_ack_reason room(const struct turbo_ack_sock *sk)
{
	/*
	 * The stack looks at each skb before it charges it; here all of them
	 * are charged already, and what is being drained twice.
	 */
	if (sk->rmem_alloc + sk->backlog_len > sk->rcvbuf)
		return TURBO_ACK_RCVBUF;
	return memory(sk, pages(sk->backlog_len));
}

/**
 * turbo_ack_blocked - is there a reason not to, whatever waits?
 * @sk: the socket
 * @flow: what was acknowledged before
 * @now_ns: the time
 * @age_ns: an owner that leaves a segment waiting for so long is stuck
 *
 * Then the backlog need not be walked, which costs more the longer it is.
 *
 * Return: the first reason, TURBO_ACK_SEND if there is none.
 */
enum turbo_ack_reason turbo_ack_blocked(const struct turbo_ack_sock *sk,
					const struct turbo_ack_flow *flow,
					u64 now_ns, u64 age_ns)
{
	enum turbo_ack_reason reason;

	if (sk->traits)
		return first_trait(sk->traits);
	if (now_ns < flow->since_ns || now_ns - flow->since_ns < age_ns)
		return TURBO_ACK_YOUNG;
	reason = room(sk);
	if (reason != TURBO_ACK_SEND)
		return reason;
	if (before(sk->snd_wnd_end, sk->snd_nxt))
		return TURBO_ACK_SEND_WINDOW;
	return TURBO_ACK_SEND;
}

/**
 * turbo_ack_decide - send an early ACK?
 * @sk: the socket
 * @chain: its backlog, as turbo_ack_add() has walked it
 * @flow: what was acknowledged before
 * @now_ns: the time
 * @age_ns: an owner that leaves a segment waiting for so long is stuck
 * @plan: filled if the answer is TURBO_ACK_SEND
 *
 * The window that is advertised ends where the last one did, or up to a unit
 * of the window scale before: its right edge is never moved.
 *
 * Return: TURBO_ACK_SEND, or the first reason not to.
 */
enum turbo_ack_reason turbo_ack_decide(const struct turbo_ack_sock *sk,
				       const struct turbo_ack_chain *chain,
				       const struct turbo_ack_flow *flow,
				       u64 now_ns, u64 age_ns,
				       struct turbo_ack_plan *plan)
{
	enum turbo_ack_reason reason;
	u32 window;
	u32 fresh;

	reason = turbo_ack_blocked(sk, flow, now_ns, age_ns);
	if (reason != TURBO_ACK_SEND)
		return reason;
	if (chain->end == sk->rcv_nxt)
		return chain->stop ? chain->stop : TURBO_ACK_EMPTY;
	if (flow->promised) {
		if (!after(chain->end, flow->acked))
			return chain->stop ? chain->stop : TURBO_ACK_REPEATED;
		fresh = chain->end - flow->acked;
		/* the owner is stuck, so what is left over waits half as long */
		if (fresh / 2 < sk->rcv_mss && flow->fresh_ns <= now_ns &&
		    now_ns - flow->fresh_ns < age_ns / 2)
			return TURBO_ACK_SMALL;
	}
	window = (right_edge(sk) - chain->end) >> (sk->rcv_wscale & 15);
	plan->seq = sk->snd_nxt;
	plan->ack = chain->end;
	plan->bytes = chain->end -
		      (flow->promised ? flow->acked : sk->rcv_nxt);
	plan->tsecr = chain->tsecr;
	plan->window = window < 65535 ? window : 65535;
	return TURBO_ACK_SEND;
}

/**
 * turbo_ack_decide_unread - is an ACK due that the stack has put off?
 * @sk: the socket, which nobody owns
 * @since_ns: when it was put off
 * @now_ns: the time
 * @age_ns: who has not come to read for so long is stuck
 *
 * What is acknowledged is in the receive queue, from where nothing is dropped.
 * But the peer goes on for an ACK.  What it sends then has no reader either, and
 * once TCP is short of memory the stack drops it and makes windows small, which
 * is worse than to have waited: as much again as is unread is to have room, and
 * half as much again as TCP has taken in all, as other sockets do not wait.
 *
 * Return: TURBO_ACK_SEND; TURBO_ACK_STATE if the connection is about to end;
 * TURBO_ACK_YOUNG; TURBO_ACK_SMALL if not more than a segment is left, as the
 * stack has sent the ACK meanwhile, or what remains may wait for the next one;
 * TURBO_ACK_PRESSURE, TURBO_ACK_TCP_MEM, TURBO_ACK_MEMCG: it is left to the stack.
 */
enum turbo_ack_reason turbo_ack_decide_unread(const struct turbo_ack_sock *sk,
					      u64 since_ns, u64 now_ns,
					      u64 age_ns)
{
	u64 need;

	if (sk->traits & TURBO_ACK_TRAIT(TURBO_ACK_STATE))
		return TURBO_ACK_STATE;
	if (sk->rcv_nxt - sk->rcv_wup <= sk->rcv_mss)
		return TURBO_ACK_SMALL;
	if (now_ns < since_ns || now_ns - since_ns < age_ns)
		return TURBO_ACK_YOUNG;
	if (sk->traits & TURBO_ACK_TRAIT(TURBO_ACK_PRESSURE))
		return TURBO_ACK_PRESSURE;
	/* others may be asked in the same moment: half of all there is, too */
	need = pages(sk->rmem_alloc);
	if (need < sk->mem_pages / 2)
		need = sk->mem_pages / 2;
	return memory(sk, need);
}

/**
 * turbo_ack_settle - has the stack taken what was acknowledged early?
 * @sk: the socket, under its spinlock
 * @flow: what was acknowledged
 * @backlog_empty: nothing waits in its backlog
 *
 * While a process owns the socket, its backlog may still hold it, or have
 * been detached for draining.  When none does, all has been through the stack.
 */
enum turbo_ack_promise turbo_ack_settle(const struct turbo_ack_sock *sk,
					const struct turbo_ack_flow *flow,
					bool backlog_empty)
{
	const u64 ended = TURBO_ACK_TRAIT(TURBO_ACK_STATE) |
			  TURBO_ACK_TRAIT(TURBO_ACK_CLOSING);

	if (!flow->promised)
		return TURBO_ACK_KEPT;
	if (!before(sk->rcv_nxt, flow->acked))
		return TURBO_ACK_KEPT;
	/* closed, reset: the application gets no more, acknowledged or not */
	if (sk->traits & ended)
		return TURBO_ACK_VOID;
	if (!(sk->traits & TURBO_ACK_TRAIT(TURBO_ACK_NOT_OWNED)) ||
	    !backlog_empty)
		return TURBO_ACK_PENDING;
	return TURBO_ACK_BROKEN;
}

/**
 * turbo_ack_spoils - does the peer spoil what was acknowledged to it?
 * @sk: the socket, under its spinlock
 * @tail: last segment of its backlog, acknowledged early
 * @seg: the segment that comes
 *
 * The stack merges @seg into @tail if it follows on it.  One that the stack
 * would drop then takes @tail with it.  No honest peer sends such a segment,
 * and one that does loses its own data; but it must not be able to turn early
 * ACKs off for everybody.
 */
bool turbo_ack_spoils(const struct turbo_ack_sock *sk,
		      const struct turbo_ack_seg *tail,
		      const struct turbo_ack_seg *seg)
{
	return seg->seq == tail->end_seq &&
	       (after(seg->ack_seq, sk->snd_nxt) ||
		after(seg->end_seq, right_edge(sk)) ||
		before(seg->end_seq, seg->seq));
}

/**
 * turbo_ack_next_look - when to look at a flow again
 * @flow: the flow
 * @now_ns: the time
 * @age_ns: see turbo_ack_decide()
 * @gap_ns: between two early ACKs of a stuck owner
 * @idle_ns: for how long nothing new has come
 *
 * Each look in vain doubles the gap, up to a millisecond.
 *
 * Return: nanoseconds from now, @gap_ns at least.
 */
u64 turbo_ack_next_look(const struct turbo_ack_flow *flow, u64 now_ns,
			u64 age_ns, u64 gap_ns, u64 idle_ns)
{
	u64 waited = now_ns > flow->since_ns ? now_ns - flow->since_ns : 0;
	u64 pace = gap_ns << (flow->vain < VAIN_MAX ? flow->vain : VAIN_MAX);

	if (pace > VAIN_MAX_NS)
		pace = gap_ns > VAIN_MAX_NS ? gap_ns : VAIN_MAX_NS;
	if (waited < age_ns)
		return age_ns - waited > gap_ns ? age_ns - waited : gap_ns;
	if (flow->fresh_ns || idle_ns < pace)
		return pace;
	if (idle_ns > LOOK_MAX_NS)
		idle_ns = LOOK_MAX_NS;
	return idle_ns > gap_ns ? idle_ns : gap_ns;
}

/**
 * turbo_ack_looked - remember whether a look was worth it
 * @flow: the flow
 * @reason: what turbo_ack_decide() has said
 *
 * Who sends what can't be acknowledged shall not have it looked at for each
 * segment.
 */
void turbo_ack_looked(struct turbo_ack_flow *flow, enum turbo_ack_reason reason)
{
	if (reason == TURBO_ACK_SEND)
		flow->vain = 0;
	else if (reason != TURBO_ACK_YOUNG && reason != TURBO_ACK_SMALL &&
		 flow->vain < VAIN_MAX)
		flow->vain++;
}

static const char * const names[TURBO_ACK_NR_REASONS] = {
	[TURBO_ACK_SEND]	= "sent",
	[TURBO_ACK_NOT_OWNED]	= "not_owned",
	[TURBO_ACK_STATE]	= "state",
	[TURBO_ACK_CLOSING]	= "closing",
	[TURBO_ACK_FOREIGN]	= "foreign",
	[TURBO_ACK_NETNS]	= "netns",
	[TURBO_ACK_NO_SACK]	= "no_sack",
	[TURBO_ACK_REORDERING]	= "reordering",
	[TURBO_ACK_REPAIR]	= "repair",
	[TURBO_ACK_SHRINK]	= "shrink_window",
	[TURBO_ACK_AUTH]	= "auth",
	[TURBO_ACK_PSP]		= "psp",
	[TURBO_ACK_MPTCP]	= "mptcp",
	[TURBO_ACK_FASTOPEN]	= "fastopen",
	[TURBO_ACK_BPF]		= "bpf",
	[TURBO_ACK_IP_OPTIONS]	= "ip_options",
	[TURBO_ACK_URGENT]	= "urgent",
	[TURBO_ACK_ECN]		= "ecn",
	[TURBO_ACK_NOMEM]	= "nomem",
	[TURBO_ACK_RCVBUF_SET]	= "rcvbuf_set",
	[TURBO_ACK_TX_TSTAMP]	= "tx_tstamp",
	[TURBO_ACK_PRESSURE]	= "pressure",
	[TURBO_ACK_UNSTEADY]	= "unsteady",
	[TURBO_ACK_SEQUENCE]	= "sequence",
	[TURBO_ACK_WINDOW]	= "window",
	[TURBO_ACK_FLAGS]	= "flags",
	[TURBO_ACK_OPTIONS]	= "options",
	[TURBO_ACK_PAWS]	= "paws",
	[TURBO_ACK_ACK_RANGE]	= "ack_range",
	[TURBO_ACK_CE]		= "ce",
	[TURBO_ACK_CHECKSUM]	= "checksum",
	[TURBO_ACK_PFMEMALLOC]	= "pfmemalloc",
	[TURBO_ACK_LONG]	= "long",
	[TURBO_ACK_EMPTY]	= "empty",
	[TURBO_ACK_YOUNG]	= "young",
	[TURBO_ACK_RCVBUF]	= "rcvbuf",
	[TURBO_ACK_TCP_MEM]	= "tcp_mem",
	[TURBO_ACK_MEMCG]	= "memcg",
	[TURBO_ACK_SEND_WINDOW]	= "send_window",
	[TURBO_ACK_REPEATED]	= "repeated",
	[TURBO_ACK_SMALL]	= "small",
	[TURBO_ACK_TABLE_FULL]	= "table_full",
	[TURBO_ACK_BUDGET]	= "budget",
	[TURBO_ACK_LOCKED]	= "locked",
	[TURBO_ACK_ROUTE]	= "route",
	[TURBO_ACK_NO_SKB]	= "no_skb",
	[TURBO_ACK_XMIT]	= "xmit",
};

/**
 * turbo_ack_reason_name - the name of a reason, as the counters show it
 * @reason: any of them
 *
 * Return: the name, NULL if there is no such reason.
 */
const char *turbo_ack_reason_name(enum turbo_ack_reason reason)
{
	return (u32)reason < TURBO_ACK_NR_REASONS ? names[reason] : NULL;
}
