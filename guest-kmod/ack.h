/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ack.h - what the files of early acknowledgment share
 *
 * A segment that comes for a socket owned by a process is seen by a probe
 * (ack.c), and an ACK that the stack puts off by another one (ack_unread.c);
 * they only note the socket and set a timer.  The timer looks at
 * the socket (ack_flow.c), takes a snapshot (ack_sock.c), has it judged
 * (policy/ack_decision.c) and sends what is due (ack_xmit.c).
 *
 * Lock order: the socket's spinlock > the lock of a bucket of flows.
 */
#ifndef TURBO_GUEST_ACK_H
#define TURBO_GUEST_ACK_H

#include <linux/hrtimer.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <net/sock.h>

#include "policy/ack_decision.h"

#define TURBO_ACK_BUCKETS	256	/* a power of 2 */
#define TURBO_ACK_WAYS		4

/**
 * struct turbo_ack_entry - a socket that is watched
 * @sk: the socket, with a reference of ours; NULL if the entry is free
 * @flow: what the decision remembers of it
 * @next_ns: when to look at it
 * @new_ns: when the last segment came
 * @unread_ns: since when an ACK waits for somebody to read; 0 if none does
 * @unread_wup: what had been acknowledged then
 * @looked_wup: and when nobody owned the socket at a look, or was noted
 * @lively: at the last look there was an ACK since the one before, or no memory
 *          for one: it need not be looked at soon
 * @pages: how much memory its promise still needs
 * @todo: something has come, or was refused, since the last early ACK
 * @spoiled: the peer sent something that takes acknowledged data with it
 *
 * Under the bucket's lock.  Taken by the probe, freed by the timer only.
 */
struct turbo_ack_entry {
	struct sock *sk;
	struct turbo_ack_flow flow;
	u64 next_ns, new_ns, unread_ns;
	u64 pages;
	u32 unread_wup, looked_wup;
	bool todo, spoiled, lively;
};

/**
 * struct turbo_ack_bucket - the entries that a socket may be in
 * @lock: everything below but @rcvbuf_busy; taken with softirqs off
 * @timer: expires when the first of the entries wants to be looked at
 * @rcvbuf_busy: threads that are setting SO_RCVBUF of a socket of this bucket
 * @entry: the entries
 */
struct turbo_ack_bucket {
	spinlock_t lock; /* see above */
	struct hrtimer timer;
	atomic_t rcvbuf_busy;
	struct turbo_ack_entry entry[TURBO_ACK_WAYS];
} ____cacheline_aligned_in_smp;

/**
 * struct turbo_ack_count - the counters, one set per CPU
 * @seen: segments that came for an owned socket
 * @unread: ACKs sent of what nobody came to read
 * @looks: times the timer looked at a socket
 * @walked: segments of backlogs looked at
 * @bytes: bytes acknowledged early
 * @kept: promises that the stack has kept
 * @void_: promises that ended with their connection
 * @spoiled: promises that the peer made impossible to keep
 * @broken: promises that were broken: ends it all
 * @reason: how often each reason was given; [TURBO_ACK_SEND] is ACKs sent
 */
struct turbo_ack_count {
	u64 seen, unread, looks, walked, bytes;
	u64 kept, void_, spoiled, broken;
	u64 reason[TURBO_ACK_NR_REASONS];
};

DECLARE_PER_CPU(struct turbo_ack_count, turbo_ack_count);

/* Context: softirqs off. */
static inline void turbo_ack_tell(enum turbo_ack_reason reason)
{
	__this_cpu_inc(turbo_ack_count.reason[reason]);
}

extern bool turbo_ack_on;
extern bool turbo_ack_broken;
extern unsigned int turbo_ack_age_us, turbo_ack_gap_us;
extern atomic64_t turbo_ack_promised;

/* ack.c */
void turbo_ack_stop(void);

/* ack_flow.c */
struct turbo_ack_bucket *turbo_ack_bucket(const struct sock *sk);
void turbo_ack_note(struct sock *sk, struct sk_buff *skb);
void turbo_ack_note_unread(struct sock *sk);
unsigned int turbo_ack_nr_flows(void);
int turbo_ack_flow_init(void);
void turbo_ack_flow_exit(void);

/* ack_sock.c */
bool turbo_ack_may_hold(const struct sock *sk);
void turbo_ack_read_sock(struct sock *sk, struct turbo_ack_sock *s,
			 bool rcvbuf_busy, u64 own_pages);
void turbo_ack_read_seg(const struct sk_buff *skb, struct turbo_ack_seg *seg);

/* ack_unread.c */
u64 turbo_ack_unread_pace(const struct turbo_ack_entry *e);
u64 turbo_ack_unread_idle(const struct turbo_ack_entry *e);
bool turbo_ack_wait_unread(struct turbo_ack_entry *e,
			   const struct turbo_ack_sock *s, u64 now_ns,
			   bool *due);
void turbo_ack_send_unread(struct sock *sk);
void turbo_ack_unread_stop(void);
void turbo_ack_unread_init(void);
void turbo_ack_unread_exit(void);

/* ack_xmit.c */
enum turbo_ack_reason turbo_ack_xmit(struct sock *sk,
				     const struct turbo_ack_plan *plan);

/* ack_stat.c */
void turbo_ack_stat_init(void);
void turbo_ack_stat_exit(void);

#endif /* TURBO_GUEST_ACK_H */
