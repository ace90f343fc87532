/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ack_trace.h - the tracepoints of early ACKs (perf list 'turbo_ack:*')
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM turbo_ack

#if !defined(TURBO_GUEST_ACK_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define TURBO_GUEST_ACK_TRACE_H

#include <linux/tracepoint.h>
#include <net/sock.h>

#include "policy/ack_decision.h"

/* An early ACK is about to be sent.  Softirq. */
TRACE_EVENT(turbo_ack_send,
	TP_PROTO(const struct sock *sk, const struct turbo_ack_plan *plan),
	TP_ARGS(sk, plan),
	TP_STRUCT__entry(
		__field(u16, sport)
		__field(u16, dport)
		__field(u32, seq)
		__field(u32, ack)
		__field(u32, window)
		__field(u32, tsecr)
	),
	TP_fast_assign(
		__entry->sport = sk->sk_num;
		__entry->dport = ntohs(sk->sk_dport);
		__entry->seq = plan->seq;
		__entry->ack = plan->ack;
		__entry->window = plan->window;
		__entry->tsecr = plan->tsecr;
	),
	TP_printk("sport=%u dport=%u seq=%u ack=%u window=%u tsecr=%u",
		  __entry->sport, __entry->dport, __entry->seq, __entry->ack,
		  __entry->window, __entry->tsecr)
);

/* A backlog was looked at and not acknowledged.  Softirq. */
TRACE_EVENT(turbo_ack_refuse,
	TP_PROTO(const struct sock *sk, enum turbo_ack_reason reason),
	TP_ARGS(sk, reason),
	TP_STRUCT__entry(
		__field(u16, sport)
		__field(u16, dport)
		__field(u32, reason)
	),
	TP_fast_assign(
		__entry->sport = sk->sk_num;
		__entry->dport = ntohs(sk->sk_dport);
		__entry->reason = reason;
	),
	TP_printk("sport=%u dport=%u reason=%s", __entry->sport,
		  __entry->dport, turbo_ack_reason_name(__entry->reason))
);

/* A promise has come to its end.  Softirq, the socket's spinlock held. */
TRACE_EVENT(turbo_ack_settle,
	TP_PROTO(const struct sock *sk, const struct turbo_ack_flow *flow,
		 u32 rcv_nxt, enum turbo_ack_promise result),
	TP_ARGS(sk, flow, rcv_nxt, result),
	TP_STRUCT__entry(
		__field(u16, sport)
		__field(u16, dport)
		__field(u32, acked)
		__field(u32, rcv_nxt)
		__field(u32, result)
	),
	TP_fast_assign(
		__entry->sport = sk->sk_num;
		__entry->dport = ntohs(sk->sk_dport);
		__entry->acked = flow->acked;
		__entry->rcv_nxt = rcv_nxt;
		__entry->result = result;
	),
	TP_printk("sport=%u dport=%u acked=%u rcv_nxt=%u result=%s",
		  __entry->sport, __entry->dport, __entry->acked,
		  __entry->rcv_nxt,
		  __print_symbolic(__entry->result,
				   { TURBO_ACK_KEPT, "kept" },
				   { TURBO_ACK_VOID, "void" },
				   { TURBO_ACK_BROKEN, "broken" }))
);

#endif /* TURBO_GUEST_ACK_TRACE_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE ack_trace
#include <trace/define_trace.h>
