// SPDX-License-Identifier: GPL-2.0
/*
 * ack_sock.c - the facts about a socket and a segment, as they are
 *
 * Nothing is written.  The socket's spinlock keeps the backlog as it is and
 * others from owning the socket; what the owner itself changes meanwhile is
 * read twice where it matters, see turbo_ack_read_sock().
 */
#include <linux/memcontrol.h>
#include <linux/user_namespace.h>
#include <net/ipv6.h>
#include <net/mptcp.h>
#include <net/tcp.h>
#include <net/transp_v6.h>

#include "ack.h"
#include "compat/ack.h"

/* All that comes goes through tcp_v4_do_rcv() or tcp_v6_do_rcv(), nobody else. */
static bool plain_tcp(const struct sock *sk)
{
	const struct proto *own = &tcp_prot, *receives = &tcp_prot;

#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6) {
		own = &tcpv6_prot;
		if (!ipv6_addr_v4mapped(&sk->sk_v6_daddr))
			receives = own;
	}
#endif
	return sk->sk_prot == own && sk->sk_backlog_rcv == receives->backlog_rcv &&
	       !inet_csk(sk)->icsk_ulp_ops;
}

/**
 * turbo_ack_may_hold - may a reference to this socket outlive its owner's?
 * @sk: the socket
 *
 * One of a process keeps its network namespace alive, a kernel's doesn't, and
 * the initial namespace never goes.
 *
 * Context: any.
 */
bool turbo_ack_may_hold(const struct sock *sk)
{
	return sk->sk_net_refcnt || net_eq(sock_net(sk), &init_net);
}

/*
 * No namespace whose administrator is not the system's: he could break
 * promises by setting sysctls, and so turn early ACKs off for all.
 */
static bool proper_netns(const struct sock *sk)
{
	return turbo_ack_may_hold(sk) &&
	       sock_net(sk)->user_ns == &init_user_ns;
}

static bool ip_options(const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6 && inet6_sk(sk) &&
	    rcu_access_pointer(inet6_sk(sk)->opt))
		return true;
#endif
	return rcu_access_pointer(inet_sk(sk)->inet_opt);
}

static bool reordering(const struct tcp_sock *tp)
{
	return READ_ONCE(tp->out_of_order_queue.rb_node) ||
	       tp->rx_opt.num_sacks || tp->rx_opt.dsack;
}

static bool ecn(const struct sock *sk)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	return (tp->ecn_flags & TCP_ECN_DEMAND_CWR) || turbo_tcp_accecn(tp) ||
	       tcp_ca_needs_ecn(sk);
}

static bool bpf(const struct tcp_sock *tp)
{
#ifdef CONFIG_BPF
	return tp->bpf_sock_ops_cb_flags;
#else
	return false;
#endif
}

static bool closing(const struct sock *sk)
{
	return sock_flag(sk, SOCK_DEAD) || (sk->sk_shutdown & RCV_SHUTDOWN);
}

static bool fastopen(const struct tcp_sock *tp)
{
	return tp->syn_fastopen || rcu_access_pointer(tp->fastopen_rsk);
}

static bool tx_tstamp(const struct sock *sk)
{
	return READ_ONCE(sk->sk_tsflags) & SOF_TIMESTAMPING_TX_RECORD_MASK;
}

static u64 traits(const struct sock *sk, bool rcvbuf_busy)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	u64 t = 0;

#define TRAIT(reason, condition) \
	(t |= (condition) ? TURBO_ACK_TRAIT(TURBO_ACK_ ## reason) : 0)
	TRAIT(NOT_OWNED, !sock_owned_by_user_nocheck(sk));
	TRAIT(STATE, sk->sk_state != TCP_ESTABLISHED);
	TRAIT(CLOSING, closing(sk));
	TRAIT(FOREIGN, !plain_tcp(sk));
	TRAIT(NETNS, !proper_netns(sk));
	TRAIT(NO_SACK, !tcp_is_sack(tp));
	TRAIT(REORDERING, reordering(tp));
	TRAIT(REPAIR, tp->repair);
	TRAIT(SHRINK, turbo_shrink_window(sock_net(sk)));
	TRAIT(AUTH, turbo_tcp_auth(tp));
	TRAIT(PSP, turbo_sk_psp(sk));
	TRAIT(MPTCP, sk_is_mptcp(sk));
	TRAIT(FASTOPEN, fastopen(tp));
	TRAIT(BPF, bpf(tp));
	TRAIT(IP_OPTIONS, ip_options(sk));
	TRAIT(URGENT, tp->urg_data || tp->snd_una != tp->snd_up);
	TRAIT(ECN, ecn(sk));
	TRAIT(NOMEM, turbo_ack_nomem(sk));
	TRAIT(RCVBUF_SET, rcvbuf_busy);
	TRAIT(TX_TSTAMP, tx_tstamp(sk));
	TRAIT(PRESSURE, tcp_under_memory_pressure(sk));
#undef TRAIT
	return t;
}

/* What TCP uses, with what CPUs have taken and not accounted yet. */
static u64 tcp_pages(const struct sock *sk)
{
	long sum = atomic_long_read(sk->sk_prot->memory_allocated);
	int cpu;

	for_each_online_cpu(cpu)
		sum += max(0, READ_ONCE(*per_cpu_ptr(sk->sk_prot->per_cpu_fw_alloc,
						     cpu)));
	return sum;
}

/* Pages to the nearest limit above the socket's memory cgroup. */
static u64 memcg_margin(const struct sock *sk)
{
	u64 margin = U64_MAX;
#ifdef CONFIG_MEMCG
	struct mem_cgroup *memcg;

	if (!mem_cgroup_sockets_enabled)
		return margin;
	/* the socket has a reference, and the cgroup one to its parent */
	memcg = sk->sk_memcg;
	if (!memcg)
		return margin;
	if (!cgroup_subsys_on_dfl(memory_cgrp_subsys))
		return 0;	/* version 1 counts TCP apart */
	for (; memcg; memcg = parent_mem_cgroup(memcg)) {
		u64 max = READ_ONCE(memcg->memory.max);
		u64 used = page_counter_read(&memcg->memory);

		margin = min(margin, max > used ? max - used : 0);
	}
#endif
	return margin;
}

/**
 * turbo_ack_read_sock - the snapshot of a socket
 * @sk: the socket
 * @s: filled
 * @rcvbuf_busy: somebody is setting SO_RCVBUF
 * @own_pages: what of the pages promised is this socket's
 *
 * The owner runs meanwhile.  rcv_nxt is read first: when the stack has got so
 * far, what it charged up to there is in sk_rmem_alloc or still in
 * sk_backlog.len, which is reset last of all.  rcv_wup and rcv_wnd are written
 * one after the other; if they are not what they were in the end, the owner
 * is not stuck.
 *
 * Context: softirq, the socket's spinlock.
 */
void turbo_ack_read_sock(struct sock *sk, struct turbo_ack_sock *s,
			 bool rcvbuf_busy, u64 own_pages)
{
	const struct tcp_sock *tp = tcp_sk(sk);

	lockdep_assert_held(&sk->sk_lock.slock);
	s->rcv_nxt = READ_ONCE(tp->rcv_nxt);
	s->rcv_wup = READ_ONCE(tp->rcv_wup);
	s->rcv_wnd = READ_ONCE(tp->rcv_wnd);
	s->snd_nxt = READ_ONCE(tp->snd_nxt);
	smp_rmb();	/* see above */
	s->traits = traits(sk, rcvbuf_busy);
	s->snd_una = READ_ONCE(tp->snd_una);
	s->snd_wnd_end = s->snd_una + READ_ONCE(tp->snd_wnd);
	s->ts_recent = tp->rx_opt.ts_recent;
	s->rcv_mss = inet_csk(sk)->icsk_ack.rcv_mss;
	s->rcv_wscale = tp->rx_opt.rcv_wscale;
	s->tstamp_ok = tp->rx_opt.tstamp_ok;
	s->rmem_alloc = atomic_read(&sk->sk_rmem_alloc);
	s->backlog_len = sk->sk_backlog.len;
	s->rcvbuf = max(0, READ_ONCE(sk->sk_rcvbuf));
	s->mem_pages = tcp_pages(sk);
	s->mem_promised = atomic64_read(&turbo_ack_promised) - own_pages;
	s->mem_low = max(0L, sk_prot_mem_limits(sk, 0));
	s->mem_high = max(0L, sk_prot_mem_limits(sk, 2));
	s->memcg_margin = memcg_margin(sk);
	smp_rmb();	/* see above */
	if (s->rcv_nxt != READ_ONCE(tp->rcv_nxt) ||
	    s->rcv_wup != READ_ONCE(tp->rcv_wup) ||
	    s->rcv_wnd != READ_ONCE(tp->rcv_wnd) ||
	    s->snd_nxt != READ_ONCE(tp->snd_nxt))
		s->traits |= TURBO_ACK_TRAIT(TURBO_ACK_UNSTEADY);
}

static enum turbo_ack_options options(const struct tcphdr *th, u32 *tsval)
{
	const __be32 *opt = (const __be32 *)(th + 1);

	if (th->doff == sizeof(*th) / 4)
		return TURBO_ACK_OPT_NONE;
	if (th->doff == (sizeof(*th) + TCPOLEN_TSTAMP_ALIGNED) / 4 &&
	    *opt == htonl((TCPOPT_NOP << 24) | (TCPOPT_NOP << 16) |
			  (TCPOPT_TIMESTAMP << 8) | TCPOLEN_TIMESTAMP)) {
		*tsval = ntohl(opt[1]);
		return TURBO_ACK_OPT_TSTAMP;
	}
	return TURBO_ACK_OPT_OTHER;
}

/**
 * turbo_ack_read_seg - the snapshot of a segment in a backlog, or on its way
 * @skb: the segment; its data begins with the TCP header, which is linear
 * @seg: filled
 *
 * Context: the socket's spinlock.
 */
void turbo_ack_read_seg(const struct sk_buff *skb, struct turbo_ack_seg *seg)
{
	const struct tcp_skb_cb *cb = TCP_SKB_CB(skb);

	seg->seq = cb->seq;
	seg->end_seq = cb->end_seq;
	seg->ack_seq = cb->ack_seq;
	seg->flags = cb->tcp_flags;
	seg->dsfield = cb->ip_dsfield;
	seg->tsval = 0;
	seg->options = options((const struct tcphdr *)skb->data, &seg->tsval);
	seg->csum_ok = skb_csum_unnecessary(skb);
	seg->pfmemalloc = skb_pfmemalloc(skb);
	seg->psp = turbo_skb_psp(skb);
}
