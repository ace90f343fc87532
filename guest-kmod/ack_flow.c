// SPDX-License-Identifier: GPL-2.0
/*
 * ack_flow.c - the sockets that are watched, and the look at them
 *
 * The table is fixed: a flood of connections fills it and is not watched
 * beyond that.  A look walks TURBO_ACK_WALK_MAX segments at most, and the
 * looks of a CPU WALK_BUDGET segments a millisecond.
 */
#include <linux/hash.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <net/tcp.h>

#include "ack.h"
#include "ack_trace.h"
#include "compat/ack.h"

/* Segments a millisecond; a look costs about as much as LOOK_COST of them. */
#define WALK_BUDGET	4096
#define LOOK_COST	32
#define MSEC_NS		1000000ULL

/* The socket was looked at, and there was nothing to decide. */
#define NO_QUESTION	TURBO_ACK_NR_REASONS

static struct turbo_ack_bucket buckets[TURBO_ACK_BUCKETS];
static DEFINE_PER_CPU(u64, budget_ms);
static DEFINE_PER_CPU(u32, budget_used);

/* Memory that early-acknowledged data still has to be charged, pages. */
atomic64_t turbo_ack_promised = ATOMIC64_INIT(0);

/**
 * turbo_ack_bucket - where a socket is watched
 * @sk: the socket; not dereferenced
 */
struct turbo_ack_bucket *turbo_ack_bucket(const struct sock *sk)
{
	return &buckets[hash_ptr(sk, ilog2(TURBO_ACK_BUCKETS))];
}

/* Context: bucket lock. */
static struct turbo_ack_entry *find(struct turbo_ack_bucket *b,
				    const struct sock *sk)
{
	int i;

	for (i = 0; i < TURBO_ACK_WAYS; i++)
		if (b->entry[i].sk == sk)
			return &b->entry[i];
	return NULL;
}

/* Have the timer expire at @ns, or before.  Context: bucket lock. */
static void look_by(struct turbo_ack_bucket *b, u64 ns)
{
	lockdep_assert_held(&b->lock);
	if (hrtimer_is_queued(&b->timer) &&
	    ktime_to_ns(hrtimer_get_softexpires(&b->timer)) <= ns)
		return;
	hrtimer_start_range_ns(&b->timer, ns_to_ktime(ns),
			       turbo_ack_gap_us * NSEC_PER_USEC / 8,
			       HRTIMER_MODE_ABS_PINNED_SOFT);
}

/* Does @skb take acknowledged data with it?  Context: socket's spinlock. */
static bool spoils(struct sock *sk, struct sk_buff *skb)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	struct turbo_ack_seg tail, seg;
	struct turbo_ack_sock s = {
		.snd_nxt = READ_ONCE(tp->snd_nxt),
		.rcv_wup = READ_ONCE(tp->rcv_wup),
		.rcv_wnd = READ_ONCE(tp->rcv_wnd),
	};

	if (!sk->sk_backlog.tail)
		return false;
	turbo_ack_read_seg(sk->sk_backlog.tail, &tail);
	turbo_ack_read_seg(skb, &seg);
	return turbo_ack_spoils(&s, &tail, &seg);
}

/* An entry for a socket that has none.  Context: both locks. */
static struct turbo_ack_entry *watch(struct turbo_ack_bucket *b,
				     struct sock *sk, u64 now)
{
	struct turbo_ack_entry *e = find(b, NULL);

	if (!e || !refcount_inc_not_zero(&sk->sk_refcnt)) {
		turbo_ack_tell(TURBO_ACK_TABLE_FULL);
		return NULL;
	}
	*e = (struct turbo_ack_entry) {
		.sk = sk, .flow.since_ns = now,
		.next_ns = now + turbo_ack_age_us * NSEC_PER_USEC,
		.looked_wup = tcp_sk(sk)->rcv_wup,
	};
	return e;
}

/**
 * turbo_ack_note - a segment is about to be put into a backlog
 * @sk: its socket, which is owned
 * @skb: the segment
 *
 * Context: softirqs off, the socket's spinlock held; probe handler.  The
 * socket is in the established hash, and its owner has a reference.
 */
void turbo_ack_note(struct sock *sk, struct sk_buff *skb)
{
	struct turbo_ack_bucket *b;
	struct turbo_ack_entry *e;
	u64 now;

	__this_cpu_inc(turbo_ack_count.seen);
	if (sk->sk_state != TCP_ESTABLISHED)
		return;
	if (!turbo_ack_may_hold(sk)) {
		turbo_ack_tell(TURBO_ACK_NETNS);
		return;
	}
	b = turbo_ack_bucket(sk);
	now = ktime_get_mono_fast_ns();
	spin_lock(&b->lock);
	e = find(b, sk);
	/* what only acknowledges needs no ACK */
	if (!e && TCP_SKB_CB(skb)->seq != TCP_SKB_CB(skb)->end_seq)
		e = watch(b, sk, now);
	if (!e)
		goto out;
	if (!sk->sk_backlog.tail || !e->flow.since_ns) {
		e->flow.since_ns = now;
		e->flow.vain = 0;
	}
	if (e->flow.promised && !e->spoiled)
		e->spoiled = spoils(sk, skb);
	e->new_ns = now;
	e->todo = true;
	if (!e->flow.fresh_ns) {
		e->flow.fresh_ns = now;
		now += turbo_ack_next_look(&e->flow, now,
					   turbo_ack_age_us * NSEC_PER_USEC,
					   turbo_ack_gap_us * NSEC_PER_USEC, 0);
		if (now < e->next_ns)
			e->next_ns = now;
	}
	look_by(b, e->next_ns);
out:
	spin_unlock(&b->lock);
}

/**
 * turbo_ack_note_unread - the stack puts off an ACK of more than a segment
 * @sk: the socket, which nobody owns
 *
 * Context: softirqs off, the socket's spinlock held; probe handler.  The
 * socket is in the established hash.
 */
void turbo_ack_note_unread(struct sock *sk)
{
	u32 wup = tcp_sk(sk)->rcv_wup;
	struct turbo_ack_bucket *b;
	struct turbo_ack_entry *e;
	u64 now;

	if (sk->sk_state != TCP_ESTABLISHED || !turbo_ack_may_hold(sk))
		return;
	b = turbo_ack_bucket(sk);
	now = ktime_get_mono_fast_ns();
	spin_lock(&b->lock);
	e = find(b, sk);
	if (!e) {
		e = watch(b, sk, now);
		if (e)
			e->flow.since_ns = 0;	/* no backlog */
	}
	/* the first one since the last ACK */
	if (e && (!e->unread_ns || e->unread_wup != wup)) {
		e->unread_ns = now;
		e->unread_wup = wup;
		e->new_ns = now;
		e->next_ns = min(e->next_ns, now + turbo_ack_unread_pace(e));
		look_by(b, e->next_ns);
	}
	spin_unlock(&b->lock);
}

/* May this CPU look at another socket?  Counts it.  Context: softirq. */
static bool within_budget(u64 now)
{
	u64 ms = div_u64(now, MSEC_NS);

	if (__this_cpu_read(budget_ms) != ms) {
		__this_cpu_write(budget_ms, ms);
		__this_cpu_write(budget_used, 0);
	}
	if (__this_cpu_read(budget_used) >= WALK_BUDGET)
		return false;
	__this_cpu_add(budget_used, LOOK_COST);
	__this_cpu_inc(turbo_ack_count.looks);
	return true;
}

/* Context: socket's spinlock: nobody detaches or extends the backlog. */
static void walk(struct sock *sk, const struct turbo_ack_sock *s,
		 const struct turbo_ack_flow *flow,
		 struct turbo_ack_chain *chain)
{
	struct turbo_ack_seg seg;
	struct sk_buff *skb;
	u32 n = 0;

	turbo_ack_begin(chain, s, flow);
	for (skb = sk->sk_backlog.head; skb; skb = skb->next) {
		turbo_ack_read_seg(skb, &seg);
		n++;
		if (!turbo_ack_add(chain, s, &seg))
			break;
	}
	__this_cpu_add(budget_used, n);
	__this_cpu_add(turbo_ack_count.walked, n);
}

/* The promise of @e is no more, or needs @pages.  Context: bucket lock. */
static void set_pages(struct turbo_ack_entry *e, u64 pages)
{
	atomic64_add((s64)(pages - e->pages), &turbo_ack_promised);
	e->pages = pages;
}

/* Acknowledged data is lost, and it was not the peer.  Context: softirq. */
static void broken(struct sock *sk, const struct turbo_ack_sock *s,
		   const struct turbo_ack_flow *flow)
{
	__this_cpu_inc(turbo_ack_count.broken);
	turbo_ack_stop();
	pr_alert("data that was acknowledged early has been dropped (port %u from port %u, %u bytes at %#x): this connection is stuck; no early ACKs any more until the module is loaded again\n",
		 sk->sk_num, ntohs(sk->sk_dport), flow->acked - s->rcv_nxt,
		 s->rcv_nxt);
}

/* What has become of the promise of @e?  Context: both locks. */
static void settle(struct turbo_ack_entry *e, const struct turbo_ack_sock *s)
{
	enum turbo_ack_promise result;

	if (!e->flow.promised)
		return;
	result = turbo_ack_settle(s, &e->flow, !e->sk->sk_backlog.head);
	if (result == TURBO_ACK_PENDING)
		return;
	trace_turbo_ack_settle(e->sk, &e->flow, s->rcv_nxt, result);
	switch (result) {
	case TURBO_ACK_KEPT:
		__this_cpu_inc(turbo_ack_count.kept);
		break;
	case TURBO_ACK_VOID:
		__this_cpu_inc(turbo_ack_count.void_);
		break;
	default:
		if (e->spoiled)
			__this_cpu_inc(turbo_ack_count.spoiled);
		else
			broken(e->sk, s, &e->flow);
	}
	e->flow.promised = false;
	e->spoiled = false;
	set_pages(e, 0);
}

/*
 * Is there room to watch a socket of which nothing is due?
 *
 * Context: softirq, bucket lock.
 */
static bool roomy(struct turbo_ack_bucket *b)
{
	return find(b, NULL) && __this_cpu_read(budget_used) < WALK_BUDGET / 2;
}

/* What a look has found. */
struct found {
	struct turbo_ack_plan plan;	/* if the verdict is TURBO_ACK_SEND */
	struct turbo_ack_flow was;	/* the flow without that */
	bool unread;	/* the stack is to send the ACK that it put off */
	bool done;	/* there is nothing to watch any more */
};

/*
 * Look at a socket, with its spinlock held.
 *
 * Context: softirq, socket's spinlock.
 * Return: the verdict.
 */
static enum turbo_ack_reason look(struct turbo_ack_bucket *b,
				  struct turbo_ack_entry *e, u64 now,
				  struct found *found)
{
	const u64 over = TURBO_ACK_TRAIT(TURBO_ACK_NOT_OWNED) |
			 TURBO_ACK_TRAIT(TURBO_ACK_STATE);
	u64 age = turbo_ack_age_us * NSEC_PER_USEC;
	u64 gap = turbo_ack_gap_us * NSEC_PER_USEC;
	enum turbo_ack_reason reason = NO_QUESTION;
	struct turbo_ack_chain chain;
	struct sock *sk = e->sk;
	struct turbo_ack_sock s;

	/*
	 * The probe adds what comes under the socket's spinlock, which is
	 * ours now: the entry is not touched by anybody else.
	 */
	spin_lock(&b->lock);
	turbo_ack_read_sock(sk, &s, atomic_read(&b->rcvbuf_busy), e->pages);
	settle(e, &s);
	found->done = s.traits & over;
	if (found->done && turbo_ack_wait_unread(e, &s, now, &found->unread) &&
	    (e->unread_ns || roomy(b))) {
		found->done = false;
		/* its backlog is empty: with the next owner all begins anew */
		e->flow.since_ns = 0;
		e->flow.fresh_ns = 0;
		e->flow.vain = 0;
		e->todo = false;
		spin_unlock(&b->lock);
		return NO_QUESTION;
	}
	if (found->done || !e->todo || READ_ONCE(turbo_ack_broken)) {
		spin_unlock(&b->lock);
		goto out;
	}
	found->was = e->flow;
	reason = turbo_ack_blocked(&s, &e->flow, now, age);
	if (reason == TURBO_ACK_SEND) {
		walk(sk, &s, &e->flow, &chain);
		reason = turbo_ack_decide(&s, &chain, &e->flow, now, age,
					  &found->plan);
	}
	turbo_ack_looked(&e->flow, reason);
	switch (reason) {
	case TURBO_ACK_SEND:
		e->flow.promised = true;
		e->flow.acked = found->plan.ack;
		e->flow.fresh_ns = 0;
		e->todo = chain.stop != TURBO_ACK_SEND;
		set_pages(e, (s.backlog_len >> PAGE_SHIFT) + 1);
		break;
	case TURBO_ACK_YOUNG:
	case TURBO_ACK_SMALL:
		break;
	case TURBO_ACK_EMPTY:
	case TURBO_ACK_REPEATED:
		e->todo = false;
		fallthrough;
	default:
		/* ask again when something comes, and now and then */
		e->flow.fresh_ns = 0;
	}
	spin_unlock(&b->lock);
out:
	/* another CPU may have noted one since the timer took the time */
	e->next_ns = now + min(turbo_ack_next_look(&e->flow, now, age, gap,
						   now > e->new_ns ?
						   now - e->new_ns : 0),
			       turbo_ack_unread_idle(e));
	return reason;
}

static void put_off(struct turbo_ack_bucket *b, struct turbo_ack_entry *e,
		    u64 ns)
{
	spin_lock(&b->lock);
	e->next_ns = ns;
	spin_unlock(&b->lock);
}

/*
 * An ACK was due and could not be made: nothing has been promised, so that the
 * next look may try again.
 *
 * Context: softirq, no lock.
 */
static void take_back(struct turbo_ack_bucket *b, struct turbo_ack_entry *e,
		      const struct turbo_ack_flow *was)
{
	spin_lock(&b->lock);
	e->flow.promised = was->promised;
	e->flow.acked = was->acked;
	e->flow.vain = was->vain;
	turbo_ack_looked(&e->flow, TURBO_ACK_ROUTE);
	e->todo = true;
	if (!was->promised) {
		/* the probe may have seen it spoiled meanwhile */
		e->spoiled = false;
		set_pages(e, 0);
	}
	spin_unlock(&b->lock);
}

/*
 * Context: softirq, no lock.  Only this function frees an entry, and a
 * bucket's timer runs on one CPU at a time: @e stays what it is.
 */
static void look_unlocked(struct turbo_ack_bucket *b, struct turbo_ack_entry *e,
			  u64 now)
{
	struct sock *sk = e->sk;
	enum turbo_ack_reason reason;
	struct found found = { .done = false };

	if (!within_budget(now)) {
		turbo_ack_tell(TURBO_ACK_BUDGET);
		put_off(b, e, now + MSEC_NS);
		return;
	}
	/* whoever has it may be preempted by the host: don't wait for it */
	if (!spin_trylock(&sk->sk_lock.slock)) {
		turbo_ack_tell(TURBO_ACK_LOCKED);
		put_off(b, e, now + turbo_ack_gap_us * NSEC_PER_USEC);
		return;
	}
	reason = look(b, e, now, &found);
	if (found.unread) {
		turbo_ack_send_unread(sk);
		__this_cpu_add(budget_used, LOOK_COST);
	}
	if (found.done) {
		spin_lock(&b->lock);
		set_pages(e, 0);
		e->sk = NULL;
		spin_unlock(&b->lock);
	}
	spin_unlock(&sk->sk_lock.slock);

	if (found.done) {
		sock_put(sk);
		return;
	}
	if (reason == NO_QUESTION)
		return;
	if (reason == TURBO_ACK_SEND)
		reason = turbo_ack_xmit(sk, &found.plan);
	if (reason == TURBO_ACK_ROUTE || reason == TURBO_ACK_NO_SKB)
		take_back(b, e, &found.was);
	if (reason == TURBO_ACK_SEND)
		__this_cpu_add(turbo_ack_count.bytes, found.plan.bytes);
	else
		trace_turbo_ack_refuse(sk, reason);
	turbo_ack_tell(reason);
}

/* Context: softirq. */
static enum hrtimer_restart expire(struct hrtimer *timer)
{
	struct turbo_ack_bucket *b = container_of(timer,
						  struct turbo_ack_bucket,
						  timer);
	u64 now = ktime_get_mono_fast_ns();
	u64 next = U64_MAX;
	int i;

	for (i = 0; i < TURBO_ACK_WAYS; i++)
		if (READ_ONCE(b->entry[i].sk) &&
		    READ_ONCE(b->entry[i].next_ns) <= now)
			look_unlocked(b, &b->entry[i], now);
	spin_lock(&b->lock);
	for (i = 0; i < TURBO_ACK_WAYS; i++)
		if (b->entry[i].sk && b->entry[i].next_ns < next)
			next = b->entry[i].next_ns;
	/* the probe may have started it meanwhile */
	if (next != U64_MAX)
		look_by(b, next);
	spin_unlock(&b->lock);
	return HRTIMER_NORESTART;
}

/**
 * turbo_ack_nr_flows - sockets that are watched
 *
 * Context: any.
 */
unsigned int turbo_ack_nr_flows(void)
{
	unsigned int n = 0;
	int i, j;

	for (i = 0; i < TURBO_ACK_BUCKETS; i++)
		for (j = 0; j < TURBO_ACK_WAYS; j++)
			n += !!READ_ONCE(buckets[i].entry[j].sk);
	return n;
}

/**
 * turbo_ack_flow_init - an empty table
 */
int turbo_ack_flow_init(void)
{
	int i;

	for (i = 0; i < TURBO_ACK_BUCKETS; i++) {
		spin_lock_init(&buckets[i].lock);
		turbo_hrtimer_setup(&buckets[i].timer, expire, CLOCK_MONOTONIC,
				    HRTIMER_MODE_ABS_PINNED_SOFT);
	}
	return 0;
}

/**
 * turbo_ack_flow_exit - stop the timers and let go of the sockets
 *
 * Promises that are pending stay the stack's, which knows nothing of them and
 * keeps them all the same.
 *
 * Context: task context; the probe is gone.
 */
void turbo_ack_flow_exit(void)
{
	int i, j;

	for (i = 0; i < TURBO_ACK_BUCKETS; i++) {
		struct turbo_ack_bucket *b = &buckets[i];

		hrtimer_cancel(&b->timer);
		for (j = 0; j < TURBO_ACK_WAYS; j++)
			if (b->entry[j].sk)
				sock_put(b->entry[j].sk);
	}
}
