// SPDX-License-Identifier: GPL-2.0
/*
 * ack_xmit.c - build an ACK beside the stack, and send it
 *
 * tcp_send_ack() would do, but for what it writes: the advertised window, the
 * state of delayed and compressed ACKs, timers, all of which are the owner's.
 * So the segment is built here, as tcp_v4_send_ack() does for sockets that are
 * none.
 */
#include <linux/security.h>
#include <linux/skbuff.h>
#include <net/inet_ecn.h>
#include <net/ip6_checksum.h>
#include <net/ipv6.h>
#include <net/route.h>
#include <net/tcp.h>

#include "ack.h"
#include "ack_trace.h"
#include "compat/ack.h"

/*
 * What the stack would put into TSval if it sent something now without looking
 * at the clock: it is not less than anything sent before, and not more than
 * what a stuck owner is about to send, which the peer's PAWS would drop else.
 */
static u32 tsval(const struct tcp_sock *tp)
{
	u64 ns = max(READ_ONCE(tp->tcp_wstamp_ns),
		     READ_ONCE(tp->tcp_clock_cache));

	if (turbo_tcp_usec_ts(tp))
		ns = div_u64(ns, NSEC_PER_USEC);
	else
		ns = div_u64(ns, NSEC_PER_SEC / TCP_TS_HZ);
	return (u32)ns + tp->tsoffset;
}

static void push_tcp(struct sk_buff *skb, const struct sock *sk,
		     const struct turbo_ack_plan *plan)
{
	const struct tcp_sock *tp = tcp_sk(sk);
	unsigned int len = sizeof(struct tcphdr);
	struct tcphdr *th;
	__be32 *opt;

	if (tp->rx_opt.tstamp_ok)
		len += TCPOLEN_TSTAMP_ALIGNED;
	th = skb_push(skb, len);
	skb_reset_transport_header(skb);
	memset(th, 0, sizeof(*th));
	th->source = inet_sk(sk)->inet_sport;
	th->dest = inet_sk(sk)->inet_dport;
	th->seq = htonl(plan->seq);
	th->ack_seq = htonl(plan->ack);
	th->doff = len / 4;
	th->ack = 1;
	th->window = htons(plan->window);
	if (tp->rx_opt.tstamp_ok) {
		opt = (__be32 *)(th + 1);
		opt[0] = htonl((TCPOPT_NOP << 24) | (TCPOPT_NOP << 16) |
			       (TCPOPT_TIMESTAMP << 8) | TCPOLEN_TIMESTAMP);
		opt[1] = htonl(tsval(tp));
		opt[2] = htonl(plan->tsecr);
	}
}

/* A handful of bytes: summed up here, so any device will do. */
static __wsum sum(const struct sk_buff *skb)
{
	return csum_partial(skb_transport_header(skb), skb->len, 0);
}

static int xmit_v4(struct sk_buff *skb, struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);
	struct dst_entry *dst = skb_dst(skb);
	struct iphdr *iph;
	int ttl;

	tcp_hdr(skb)->check = csum_tcpudp_magic(inet->inet_saddr,
						inet->inet_daddr, skb->len,
						IPPROTO_TCP, sum(skb));
	ttl = READ_ONCE(inet->uc_ttl);
	if (ttl < 0)
		ttl = ip4_dst_hoplimit(dst);
	iph = skb_push(skb, sizeof(*iph));
	skb_reset_network_header(skb);
	memset(iph, 0, sizeof(*iph));
	iph->version = 4;
	iph->ihl = 5;
	iph->tos = READ_ONCE(inet->tos) & ~INET_ECN_MASK;
	/* as ip_build_and_send_pkt(): small enough to need no identification */
	iph->frag_off = htons(IP_DF);
	iph->ttl = ttl;
	iph->protocol = IPPROTO_TCP;
	iph->saddr = inet->inet_saddr;
	iph->daddr = inet->inet_daddr;
	return ip_local_out(sock_net(sk), sk, skb);
}

static struct dst_entry *lookup_v4(struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);
	struct flowi4 fl4;
	struct rtable *rt;

	flowi4_init_output(&fl4, sk->sk_bound_dev_if, READ_ONCE(sk->sk_mark),
			   READ_ONCE(inet->tos) & ~INET_ECN_MASK,
			   RT_SCOPE_UNIVERSE, IPPROTO_TCP,
			   inet_sk_flowi_flags(sk), inet->inet_daddr,
			   inet->inet_saddr, inet->inet_dport, inet->inet_sport,
			   sock_net_uid(sock_net(sk), sk));
	security_sk_classify_flow(sk, flowi4_to_flowi_common(&fl4));
	rt = ip_route_output_flow(sock_net(sk), &fl4, sk);
	return IS_ERR(rt) ? NULL : &rt->dst;
}

#if IS_ENABLED(CONFIG_IPV6)
static void flow_v6(struct sock *sk, struct flowi6 *fl6)
{
	const struct inet_sock *inet = inet_sk(sk);
	const struct ipv6_pinfo *np = inet6_sk(sk);

	*fl6 = (struct flowi6) {
		.flowi6_proto = IPPROTO_TCP,
		.daddr = sk->sk_v6_daddr,
		.saddr = np->saddr,
		.flowlabel = np->flow_label,
		.flowi6_oif = sk->sk_bound_dev_if,
		.flowi6_mark = READ_ONCE(sk->sk_mark),
		.fl6_sport = inet->inet_sport,
		.fl6_dport = inet->inet_dport,
		.flowi6_uid = sock_net_uid(sock_net(sk), sk),
	};
	security_sk_classify_flow(sk, flowi6_to_flowi_common(fl6));
}

static int xmit_v6(struct sk_buff *skb, struct sock *sk)
{
	const struct ipv6_pinfo *np = inet6_sk(sk);
	struct flowi6 fl6;

	flow_v6(sk, &fl6);
	tcp_hdr(skb)->check = csum_ipv6_magic(&np->saddr, &sk->sk_v6_daddr,
					      skb->len, IPPROTO_TCP, sum(skb));
	return ip6_xmit(sk, skb, &fl6, skb->mark, NULL,
			np->tclass & ~INET_ECN_MASK, skb->priority);
}

static struct dst_entry *lookup_v6(struct sock *sk)
{
	struct dst_entry *dst;
	struct flowi6 fl6;

	flow_v6(sk, &fl6);
	dst = ip6_dst_lookup_flow(sock_net(sk), sk, &fl6, NULL);
	return IS_ERR(dst) ? NULL : dst;
}

static bool over_ipv6(const struct sock *sk)
{
	return sk->sk_family == AF_INET6 &&
	       !ipv6_addr_v4mapped(&sk->sk_v6_daddr);
}
#endif

/*
 * The route the socket has, if it is still good; else one for this ACK alone:
 * any address or route that comes or goes makes all of them stale, and its
 * owner is stuck.  sk_dst_check() would take it from the socket, which is not
 * ours to do.
 */
static struct dst_entry *route(struct sock *sk)
{
	struct dst_entry *dst = sk_dst_get(sk);
	u32 cookie = 0;

#if IS_ENABLED(CONFIG_IPV6)
	if (over_ipv6(sk))
		cookie = inet6_sk(sk)->dst_cookie;
#endif
	if (dst && (!READ_ONCE(dst->obsolete) || dst->ops->check(dst, cookie)))
		return dst;
	dst_release(dst);
#if IS_ENABLED(CONFIG_IPV6)
	if (over_ipv6(sk))
		return lookup_v6(sk);
#endif
	return lookup_v4(sk);
}

/**
 * turbo_ack_xmit - send an ACK
 * @sk: the socket, with a reference of the caller's
 * @plan: what it says
 *
 * Context: softirq, no lock: the ACK may come back by the loopback device.
 * Return: TURBO_ACK_SEND, or what prevented it.
 */
enum turbo_ack_reason turbo_ack_xmit(struct sock *sk,
				     const struct turbo_ack_plan *plan)
{
	struct dst_entry *dst;
	struct sk_buff *skb;
	int err;

	dst = route(sk);
	if (!dst)
		return TURBO_ACK_ROUTE;
	skb = alloc_skb(MAX_TCP_HEADER, GFP_ATOMIC | __GFP_NOWARN);
	if (!skb) {
		dst_release(dst);
		return TURBO_ACK_NO_SKB;
	}
	skb_reserve(skb, MAX_TCP_HEADER);
	skb_dst_set(skb, dst);
	push_tcp(skb, sk, plan);
	/* as any ACK of the socket, for netfilter, cgroups and the queue */
	sock_hold(sk);
	skb->sk = sk;
	skb->destructor = sock_efree;
	skb_set_hash_from_sk(skb, sk);
	skb->priority = READ_ONCE(sk->sk_priority);
	skb->mark = READ_ONCE(sk->sk_mark);

	trace_turbo_ack_send(sk, plan);
	__TCP_INC_STATS(sock_net(sk), TCP_MIB_OUTSEGS);
	rcu_read_lock();
#if IS_ENABLED(CONFIG_IPV6)
	if (over_ipv6(sk))
		err = xmit_v6(skb, sk);
	else
#endif
		err = xmit_v4(skb, sk);
	rcu_read_unlock();
	return net_xmit_eval(err) ? TURBO_ACK_XMIT : TURBO_ACK_SEND;
}
