/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ack_decision.h - may a backlog be acknowledged before its owner sees it?
 *
 * vTurbo, 3.2 and Algorithm 1, made safe: what is acknowledged is never sent
 * again, so a byte may be acknowledged only if the stack can't drop it any
 * more.  The caller takes a snapshot of a socket that is owned by a process
 * and walks the segments in its backlog; here it is decided.  Pure: nothing
 * is read but the arguments.  docs/early-ack.md has the source of each
 * condition.
 */
#ifndef TURBO_GUEST_ACK_DECISION_H
#define TURBO_GUEST_ACK_DECISION_H

#include "types.h"

/**
 * enum turbo_ack_reason - the verdict on a backlog
 *
 * Up to TURBO_ACK_NR_TRAITS they are also bits of turbo_ack_sock.traits: what
 * the socket is.  A smaller number takes precedence.
 */
enum turbo_ack_reason {
	TURBO_ACK_SEND,		/* no reason not to */
	/* traits of the socket */
	TURBO_ACK_NOT_OWNED,	/* nobody owns it: the stack does it itself */
	TURBO_ACK_STATE,	/* not ESTABLISHED */
	TURBO_ACK_CLOSING,	/* SOCK_DEAD, or shut down for receiving */
	TURBO_ACK_FOREIGN,	/* not plain TCP: ULP, sockmap, backlog_rcv */
	TURBO_ACK_NETNS,	/* kernel socket, or an unprivileged user's net */
	TURBO_ACK_NO_SACK,	/* three duplicates would be a loss to the peer */
	TURBO_ACK_REORDERING,	/* out-of-order queue, SACK or DSACK pending */
	TURBO_ACK_REPAIR,	/* TCP_REPAIR */
	TURBO_ACK_SHRINK,	/* the window's right edge may recede */
	TURBO_ACK_AUTH,		/* MD5 or AO: ACKs must be signed */
	TURBO_ACK_PSP,		/* of the socket, or of a segment */
	TURBO_ACK_MPTCP,
	TURBO_ACK_FASTOPEN,
	TURBO_ACK_BPF,		/* BPF wants to see segments or write options */
	TURBO_ACK_IP_OPTIONS,
	TURBO_ACK_URGENT,
	TURBO_ACK_ECN,		/* ECE due, AccECN, or DCTCP's like */
	TURBO_ACK_NOMEM,	/* the stack failed to queue data already */
	TURBO_ACK_RCVBUF_SET,	/* SO_RCVBUF is being set right now */
	TURBO_ACK_TX_TSTAMP,	/* the error queue may eat receive memory */
	TURBO_ACK_PRESSURE,	/* memory pressure of TCP or the memory cgroup */
	TURBO_ACK_UNSTEADY,	/* the owner is changing the window right now */
	TURBO_ACK_NR_TRAITS,
	/* a segment, the first one that can't be acknowledged */
	TURBO_ACK_SEQUENCE = TURBO_ACK_NR_TRAITS, /* not the next byte */
	TURBO_ACK_WINDOW,	/* ends beyond the right edge */
	TURBO_ACK_FLAGS,	/* other than ACK and PSH */
	TURBO_ACK_OPTIONS,	/* other than the negotiated timestamp */
	TURBO_ACK_PAWS,		/* TSval goes backwards */
	TURBO_ACK_ACK_RANGE,	/* acknowledges what it should not */
	TURBO_ACK_CE,		/* congestion experienced */
	TURBO_ACK_CHECKSUM,
	TURBO_ACK_PFMEMALLOC,	/* from the emergency reserve */
	TURBO_ACK_LONG,		/* more segments than are walked at once */
	/* the whole */
	TURBO_ACK_EMPTY,	/* no data waits */
	TURBO_ACK_YOUNG,	/* the owner may well be getting on with it */
	TURBO_ACK_RCVBUF,	/* no room in sk_rcvbuf for the whole backlog */
	TURBO_ACK_TCP_MEM,	/* no room in tcp_mem */
	TURBO_ACK_MEMCG,	/* no room in the memory cgroup */
	TURBO_ACK_SEND_WINDOW,	/* snd_nxt is outside the peer's window */
	TURBO_ACK_REPEATED,	/* acknowledged already */
	TURBO_ACK_SMALL,	/* less than two segments, and not half aged */
	TURBO_ACK_NR_DECISIONS,
	/* what keeps an ACK from being made or sent, see ack.c */
	TURBO_ACK_TABLE_FULL = TURBO_ACK_NR_DECISIONS,
	TURBO_ACK_BUDGET,	/* enough segments walked this millisecond */
	TURBO_ACK_LOCKED,	/* the socket's spinlock is taken */
	TURBO_ACK_ROUTE,	/* no valid route at hand */
	TURBO_ACK_NO_SKB,
	TURBO_ACK_XMIT,		/* dropped on its way out */
	TURBO_ACK_NR_REASONS
};

#define TURBO_ACK_TRAIT(reason)	(1ULL << (reason))

/* TCP's flags, tcp[13], and ECN's codepoint, as on the wire. */
#define TURBO_ACK_TH_PSH	0x08
#define TURBO_ACK_TH_ACK	0x10
#define TURBO_ACK_CE_MASK	0x03

/* Segments walked at once: what a GRO'd 6 MB window is, several times over. */
#define TURBO_ACK_WALK_MAX	512

#define TURBO_ACK_PAGE_SHIFT	12

/**
 * struct turbo_ack_sock - a socket, at one moment, under its spinlock
 * @traits: bit TURBO_ACK_TRAIT(r) for each trait r that it has
 * @rcv_nxt: next byte expected
 * @rcv_wup: rcv_nxt when the window was last advertised
 * @rcv_wnd: that window, bytes
 * @snd_una: first byte not acknowledged by the peer
 * @snd_nxt: next byte to send
 * @snd_wnd_end: right edge of the peer's window
 * @ts_recent: TSval to be echoed
 * @rcv_mss: the peer's segments are this large, bytes
 * @rcv_wscale: 0 to 14
 * @tstamp_ok: timestamps were negotiated
 * @rmem_alloc: sk_rmem_alloc, bytes
 * @backlog_len: sk_backlog.len, bytes; counts what is being drained, too
 * @rcvbuf: sk_rcvbuf, bytes
 * @mem_pages: TCP's memory that is in use, with all that CPUs may have
 *             reserved and not accounted yet, pages
 * @mem_promised: early-acknowledged and not yet charged, all sockets, pages
 * @mem_low: tcp_mem[0], pages
 * @mem_high: tcp_mem[2], pages
 * @memcg_margin: pages to the nearest limit of the memory cgroup; U64_MAX if
 *                there is none
 */
struct turbo_ack_sock {
	u64 traits;
	u32 rcv_nxt, rcv_wup, rcv_wnd;
	u32 snd_una, snd_nxt, snd_wnd_end;
	u32 ts_recent;
	u32 rcv_mss;
	u32 rcv_wscale;
	bool tstamp_ok;
	u64 rmem_alloc, backlog_len, rcvbuf;
	u64 mem_pages, mem_promised, mem_low, mem_high;
	u64 memcg_margin;
};

enum turbo_ack_options {
	TURBO_ACK_OPT_NONE,	/* a bare header */
	TURBO_ACK_OPT_TSTAMP,	/* NOP NOP timestamp, and nothing else */
	TURBO_ACK_OPT_OTHER
};

/**
 * struct turbo_ack_seg - one skb of the backlog
 * @seq: first byte
 * @end_seq: behind the last one
 * @ack_seq: what it acknowledges
 * @tsval: its timestamp, if @options is TURBO_ACK_OPT_TSTAMP
 * @flags: tcp[13]
 * @dsfield: IPv4 TOS, IPv6 traffic class
 * @options: what else is in the header
 * @csum_ok: the checksum was verified
 * @pfmemalloc: its memory is the emergency reserve's
 * @psp: it came encrypted, by PSP
 */
struct turbo_ack_seg {
	u32 seq, end_seq, ack_seq, tsval;
	u32 flags, dsfield;
	enum turbo_ack_options options;
	bool csum_ok, pfmemalloc, psp;
};

/**
 * struct turbo_ack_flow - what is remembered of a socket between two looks
 * @since_ns: when the first segment of the backlog came
 * @fresh_ns: when the first segment came that no early ACK has covered; 0 if
 *            none has
 * @acked: highest sequence number acknowledged early, if @promised
 * @vain: looks since, or since the backlog was last empty, that led to no ACK
 * @promised: there is one, and the stack has not caught up with it
 */
struct turbo_ack_flow {
	u64 since_ns, fresh_ns;
	u32 acked, vain;
	bool promised;
};

/**
 * struct turbo_ack_chain - the part of the backlog that can be acknowledged
 * @end: behind its last byte
 * @ack_hi: what its segments acknowledge, never decreasing
 * @ts_hi: their TSval, never decreasing
 * @sent: last acknowledged, by the stack or early
 * @tsecr: what an ACK of @end has to echo (RFC 7323, 4.3)
 * @echoed: @tsecr is known: the segment that begins at or before @sent was seen
 * @nr: segments seen
 * @stop: why it ends before the backlog does, TURBO_ACK_SEND if it does not
 */
struct turbo_ack_chain {
	u32 end, ack_hi, ts_hi, sent, tsecr;
	bool echoed;
	u32 nr;
	enum turbo_ack_reason stop;
};

/**
 * struct turbo_ack_plan - the ACK to be sent
 * @seq: its sequence number
 * @ack: what it acknowledges
 * @tsecr: timestamp to echo, if timestamps are on
 * @window: as on the wire, 0 to 65535
 * @bytes: what it acknowledges that nothing has acknowledged before
 */
struct turbo_ack_plan {
	u32 seq, ack, tsecr, window, bytes;
};

/**
 * enum turbo_ack_promise - has the stack taken what was acknowledged early?
 * @TURBO_ACK_PENDING: not yet
 * @TURBO_ACK_KEPT: yes
 * @TURBO_ACK_VOID: the connection has ended, and with it the promise
 * @TURBO_ACK_BROKEN: no, and it never will
 */
enum turbo_ack_promise {
	TURBO_ACK_PENDING,
	TURBO_ACK_KEPT,
	TURBO_ACK_VOID,
	TURBO_ACK_BROKEN
};

void turbo_ack_begin(struct turbo_ack_chain *chain,
		     const struct turbo_ack_sock *sk,
		     const struct turbo_ack_flow *flow);
bool turbo_ack_add(struct turbo_ack_chain *chain,
		   const struct turbo_ack_sock *sk,
		   const struct turbo_ack_seg *seg);
enum turbo_ack_reason turbo_ack_blocked(const struct turbo_ack_sock *sk,
					const struct turbo_ack_flow *flow,
					u64 now_ns, u64 age_ns);
enum turbo_ack_reason turbo_ack_decide(const struct turbo_ack_sock *sk,
				       const struct turbo_ack_chain *chain,
				       const struct turbo_ack_flow *flow,
				       u64 now_ns, u64 age_ns,
				       struct turbo_ack_plan *plan);
enum turbo_ack_reason turbo_ack_decide_unread(const struct turbo_ack_sock *sk,
					      u64 since_ns, u64 now_ns,
					      u64 age_ns);
enum turbo_ack_promise turbo_ack_settle(const struct turbo_ack_sock *sk,
					const struct turbo_ack_flow *flow,
					bool backlog_empty);
bool turbo_ack_spoils(const struct turbo_ack_sock *sk,
		      const struct turbo_ack_seg *tail,
		      const struct turbo_ack_seg *seg);
void turbo_ack_looked(struct turbo_ack_flow *flow, enum turbo_ack_reason reason);
u64 turbo_ack_next_look(const struct turbo_ack_flow *flow, u64 now_ns,
			u64 age_ns, u64 gap_ns, u64 idle_ns);
const char *turbo_ack_reason_name(enum turbo_ack_reason reason);

#endif /* TURBO_GUEST_ACK_DECISION_H */
