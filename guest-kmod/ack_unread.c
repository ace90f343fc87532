// SPDX-License-Identifier: GPL-2.0
/*
 * ack_unread.c - acknowledging what nobody comes to read
 *
 * What finds no owner is received by the turbo vCPU, and vTurbo (3.2) takes it
 * as acknowledged by that.  It is not: once what has been received fills so
 * much of the window that reading has to make room again, the stack leaves the
 * ACK to the process that reads ("tcp_recvmsg() will send ACK otherwise",
 * __tcp_ack_snd_check()), or to the timer of delayed ACKs, 40 ms and more.  While
 * that process waits for its vCPU's turn the peer sends what it has left of
 * its congestion window, and then nothing.
 *
 * A kprobe sees the stack put off an ACK of more than a segment.  If
 * it is still due ack_age_us later, and nobody owns the socket, the stack's
 * own __tcp_send_ack() sends it, under the socket's spinlock, as the timer
 * of delayed ACKs does.  What is acknowledged is in the receive queue: nothing
 * is promised.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <net/tcp.h>

#include "ack.h"
#include "compat/ack.h"
#include "turbo_guest.h"

/*
 * Between looks at a socket whose reader gets on with it, nanoseconds: a look
 * costs, and readers are stuck for longer than that, or it does not matter.
 */
#define LIVELY_NS	4000000ULL

static bool unread_on = true;
module_param_named(ack_unread, unread_on, bool, 0444);
MODULE_PARM_DESC(ack_unread, "acknowledge what was received and is not read (on)");

/*
 * tcp_send_delayed_ack(sk), at its entry.
 *
 * What is put off as an owner drains its backlog is left to the look at a socket
 * that nobody owns any more: softirqs are on here then.
 *
 * Context: softirqs off, the socket's spinlock held unless a process owns it;
 * the handler can't be preempted.
 */
static int delayed_pre(struct kprobe *kp, struct pt_regs *regs)
{
	struct sock *sk;

	if (!turbo_vcpu_live(raw_smp_processor_id()) ||
	    unlikely(READ_ONCE(turbo_ack_broken)))
		return 0;
	sk = (struct sock *)regs_get_kernel_argument(regs, 0);
	if (sock_owned_by_user_nocheck(sk))
		return 0;
	/* one segment may wait for a second, or for the answer to it */
	if (tcp_sk(sk)->rcv_nxt - tcp_sk(sk)->rcv_wup <=
	    inet_csk(sk)->icsk_ack.rcv_mss)
		return 0;
	turbo_ack_note_unread(sk);
	return 0;
}

static struct kprobe delayed_probe = {
	.symbol_name = "tcp_send_delayed_ack",
	.pre_handler = delayed_pre,
};

/**
 * turbo_ack_unread_pace - how long after an ACK is put off to look
 * @e: the entry
 *
 * Context: the bucket's lock.
 * Return: nanoseconds.
 */
u64 turbo_ack_unread_pace(const struct turbo_ack_entry *e)
{
	u64 age = turbo_ack_age_us * NSEC_PER_USEC;

	return e->lively ? max(age, LIVELY_NS) : age;
}

/**
 * turbo_ack_unread_idle - for how long to leave an owned socket alone
 * @e: the entry
 *
 * What its owner puts off as it lets go is seen by a look only.  The peer does
 * not wait for that if it was acknowledged early.
 *
 * Context: the bucket's lock, or the timer.
 * Return: nanoseconds.
 */
u64 turbo_ack_unread_idle(const struct turbo_ack_entry *e)
{
	return unread_on && !e->flow.promised ? LIVELY_NS : U64_MAX;
}

/**
 * turbo_ack_wait_unread - does the entry have to wait for a put off ACK?
 * @e: the entry of a socket that nobody owns, or that is about to end
 * @s: the socket
 * @now_ns: the time
 * @due: set if the ACK is due
 *
 * Whoever reads as it comes is looked at now and then, so that not each of his
 * ACKs that is put off for a moment costs a look; and so is who has no memory.
 *
 * Context: softirq, the socket's spinlock and the bucket's.
 * Return: true if the entry is to be looked at again; it need not be
 * if @e->unread_ns is 0.
 */
bool turbo_ack_wait_unread(struct turbo_ack_entry *e,
			   const struct turbo_ack_sock *s, u64 now_ns,
			   bool *due)
{
	u64 age = turbo_ack_age_us * NSEC_PER_USEC;
	enum turbo_ack_reason reason;

	/* the last turbo vCPU went offline, and its timers came here */
	if (!unread_on || READ_ONCE(turbo_ack_broken) ||
	    !turbo_vcpu_live(raw_smp_processor_id()))
		return false;
	e->lively = e->looked_wup != s->rcv_wup;
	e->looked_wup = s->rcv_wup;
	/* it was sent since, or was put off where the probe could not note it */
	if (!e->unread_ns || e->unread_wup != s->rcv_wup) {
		e->unread_ns = now_ns;
		e->unread_wup = s->rcv_wup;
	}
	reason = turbo_ack_decide_unread(s, e->unread_ns, now_ns, age);
	switch (reason) {
	case TURBO_ACK_SEND:
		*due = true;
		return false;
	case TURBO_ACK_YOUNG:
		e->next_ns = e->lively ? now_ns + turbo_ack_unread_pace(e) :
					 e->unread_ns + age;
		return true;
	case TURBO_ACK_SMALL:
		e->unread_ns = 0;
		e->next_ns = now_ns + turbo_ack_unread_pace(e);
		return e->lively;
	case TURBO_ACK_STATE:
		return false;
	default:
		/* short of memory; there may be more when somebody has read */
		turbo_ack_tell(reason);
		e->lively = true;
		e->unread_ns = 0;
		e->next_ns = now_ns + turbo_ack_unread_pace(e);
		return true;
	}
}

/**
 * turbo_ack_send_unread - have the stack send the ACK that it put off
 * @sk: the socket, which nobody owns
 *
 * Context: softirq, the socket's spinlock.
 */
void turbo_ack_send_unread(struct sock *sk)
{
	lockdep_assert_held(&sk->sk_lock.slock);
	turbo_tcp_send_ack(sk, tcp_sk(sk)->rcv_nxt);
	/* with no memory for it the stack sets its timer again */
	if (tcp_sk(sk)->rcv_wup == tcp_sk(sk)->rcv_nxt)
		__this_cpu_inc(turbo_ack_count.unread);
}

/**
 * turbo_ack_unread_stop - note nothing any more
 *
 * Context: task context.
 */
void turbo_ack_unread_stop(void)
{
	if (unread_on)
		disable_kprobe(&delayed_probe);
}

/**
 * turbo_ack_unread_init - watch for ACKs that are put off
 *
 * Context: task context; turbo_ack_flow_init() was called.
 */
void turbo_ack_unread_init(void)
{
	int err;

	if (!unread_on)
		return;
	err = register_kprobe(&delayed_probe);
	if (!err)
		return;
	pr_warn("what nobody reads is acknowledged when the kernel does: it can't be probed: %d\n",
		err);
	unread_on = false;
}

/**
 * turbo_ack_unread_exit - leave them alone
 *
 * Context: task context; before turbo_ack_flow_exit().
 */
void turbo_ack_unread_exit(void)
{
	if (unread_on)
		unregister_kprobe(&delayed_probe);
}
