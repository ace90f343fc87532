/* SPDX-License-Identifier: GPL-2.0 */
/* ack.h - the differences between the kernels in what early ACKs look at */
#ifndef TURBO_GUEST_COMPAT_ACK_H
#define TURBO_GUEST_COMPAT_ACK_H

#include <linux/hrtimer.h>
#include <net/tcp.h>

#include "have.h"

#ifdef TURBO_HAVE_HRTIMER_SETUP
#define turbo_hrtimer_setup(timer, fn, clock, mode) \
	hrtimer_setup(timer, fn, clock, mode)
#else
#define turbo_hrtimer_setup(timer, fn, clock, mode)	\
	do {						\
		hrtimer_init(timer, clock, mode);	\
		(timer)->function = (fn);		\
	} while (0)
#endif

/* Must ACKs of this socket be signed? */
static inline bool turbo_tcp_auth(const struct tcp_sock *tp)
{
#ifdef CONFIG_TCP_MD5SIG
	if (rcu_access_pointer(tp->md5sig_info))
		return true;
#endif
#ifdef TURBO_HAVE_TCP_AO
	if (rcu_access_pointer(tp->ao_info))
		return true;
#endif
	return false;
}

static inline bool turbo_sk_psp(const struct sock *sk)
{
#ifdef TURBO_HAVE_SK_PSP
	return rcu_access_pointer(sk->psp_assoc);
#else
	return false;
#endif
}

/* Did this segment come encrypted?  A socket without PSP drops such a one. */
static inline bool turbo_skb_psp(const struct sk_buff *skb)
{
#ifdef TURBO_HAVE_SKB_EXT_PSP
	return skb_ext_exist(skb, SKB_EXT_PSP);
#else
	return false;
#endif
}

static inline bool turbo_tcp_accecn(const struct tcp_sock *tp)
{
#ifdef TURBO_HAVE_TCP_ACCECN
	return tcp_ecn_mode_accecn(tp);
#else
	return false;
#endif
}

static inline bool turbo_tcp_usec_ts(const struct tcp_sock *tp)
{
#ifdef TURBO_HAVE_TCP_USEC_TS
	return tp->tcp_usec_ts;
#else
	return false;
#endif
}

/* Has data not been queued for want of memory, so that the window closes? */
static inline bool turbo_ack_nomem(const struct sock *sk)
{
#ifdef TURBO_HAVE_ICSK_ACK_NOMEM
	return READ_ONCE(inet_csk(sk)->icsk_ack.pending) & ICSK_ACK_NOMEM;
#else
	return false;
#endif
}

static inline bool turbo_shrink_window(const struct net *net)
{
#ifdef TURBO_HAVE_TCP_SHRINK_WINDOW
	return READ_ONCE(net->ipv4.sysctl_tcp_shrink_window);
#else
	return false;
#endif
}

static inline void turbo_tcp_send_ack(struct sock *sk, u32 rcv_nxt)
{
#ifdef TURBO_HAVE_TCP_SEND_ACK_FLAGS
	__tcp_send_ack(sk, rcv_nxt, 0);
#else
	__tcp_send_ack(sk, rcv_nxt);
#endif
}

#endif /* TURBO_GUEST_COMPAT_ACK_H */
