# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# What turbo_guest.ko asks of a kernel; read by kmod/compat/detect.sh.

# x86 with a local APIC: a tracepoint for each interrupt that gets a new vector
have VECTOR_UPDATE "$@" <<'C'
#include <linux/module.h>
#include <asm/trace/irq_vectors.h>
void g(void *data, unsigned int irq, unsigned int vector, unsigned int cpu,
       unsigned int prev_vector, unsigned int prev_cpu);
void f(void) { check_trace_callback_type_vector_update(g); }
C
# 6.16: sched_process_exit tells whether the whole group dies
have PROCESS_EXIT_GROUP_DEAD "$@" <<'C'
#include <linux/binfmts.h>
#include <linux/module.h>
#include <trace/events/sched.h>
void g(void *data, struct task_struct *p, bool group_dead);
void f(void) { check_trace_callback_type_sched_process_exit(g); }
C
# 6.7: TCP-AO beside MD5
have TCP_AO "$@" <<'C'
#include <linux/tcp.h>
void *f(const struct tcp_sock *tp) { return rcu_access_pointer(tp->ao_info); }
C
# 6.7: timestamps in microseconds, by route
have TCP_USEC_TS "$@" <<'C'
#include <linux/tcp.h>
int f(const struct tcp_sock *tp) { return tp->tcp_usec_ts; }
C
# 6.18: PSP
have SK_PSP "$@" <<'C'
#include <net/sock.h>
void *f(const struct sock *sk) { return rcu_access_pointer(sk->psp_assoc); }
C
# 6.18: what a device has decrypted says so
have SKB_EXT_PSP "$@" <<'C'
#include <linux/skbuff.h>
bool f(const struct sk_buff *skb) { return skb_ext_exist(skb, SKB_EXT_PSP); }
C
# 6.18: AccECN
have TCP_ACCECN "$@" <<'C'
#include <net/tcp.h>
int f(const struct tcp_sock *tp) { return tcp_ecn_mode_accecn(tp); }
C
# 6.9: data that was not queued for want of memory closes the window
have ICSK_ACK_NOMEM "$@" <<'C'
#include <net/inet_connection_sock.h>
int f(void) { return ICSK_ACK_NOMEM; }
C
# 6.18, and 6.12.y: more flags of the header (AccECN)
have TCP_SEND_ACK_FLAGS "$@" <<'C'
#include <net/tcp.h>
void f(struct sock *sk) { __tcp_send_ack(sk, 0, 0); }
C
# 6.5, and 6.1.y: a window that may shrink
have TCP_SHRINK_WINDOW "$@" <<'C'
#include <net/tcp.h>
int f(struct net *net) { return net->ipv4.sysctl_tcp_shrink_window; }
C
# 6.13: hrtimer_setup() joins hrtimer_init(), which goes in 6.18
have HRTIMER_SETUP "$@" <<'C'
#include <linux/hrtimer.h>
enum hrtimer_restart f(struct hrtimer *t);
void g(struct hrtimer *t) { hrtimer_setup(t, f, 0, 0); }
C
# 6.10: the packet that is dropped
have UDP_FAIL_SKB "$@" <<'C'
#include <linux/tracepoint.h>
#include <trace/events/udp.h>
void probe(void *data, int rc, struct sock *sk, struct sk_buff *skb);
void f(void) { check_trace_callback_type_udp_fail_queue_rcv_skb(probe); }
C
