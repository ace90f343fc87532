// SPDX-License-Identifier: GPL-2.0
/*
 * st_yield.c - the alternative to early ACKs: have the host run the owner
 *
 * For the guest, to measure what it is good for; see docs/early-ack.md.  When a
 * segment waits in the backlog of an owned socket for age_us, the turbo vCPU
 * asks KVM to run the owner's vCPU in its place (KVM_HC_SCHED_YIELD), again and
 * again while it does.  A socket does not say who owns it, so the parameter
 * "owner" does: with one regular vCPU that is no question.
 *
 * One socket is looked after at a time, which is enough for one connection.
 */
#include <linux/atomic.h>
#include <linux/hrtimer.h>
#include <linux/kprobes.h>
#include <linux/kvm_para.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/smp.h>
#include <asm/smp.h>
#include <net/sock.h>

#include "compat/ack.h"

static unsigned int turbo = 1;
module_param(turbo, uint, 0444);
MODULE_PARM_DESC(turbo, "the turbo vCPU (1)");

static unsigned int owner;
module_param(owner, uint, 0444);
MODULE_PARM_DESC(owner, "the vCPU to run instead (0)");

static unsigned int age_us = 150;
module_param(age_us, uint, 0444);
MODULE_PARM_DESC(age_us, "how long a segment has to wait, us (150)");

static unsigned long asked;
module_param(asked, ulong, 0444);
MODULE_PARM_DESC(asked, "how often the host was asked");

static struct sock *watched;
static struct hrtimer timer;

/*
 * Context: softirq on the turbo vCPU, no lock held: this vCPU may stand still
 * for as long as the host pleases.
 */
static enum hrtimer_restart expire(struct hrtimer *t)
{
	struct sock *sk = watched;

	if (!sock_owned_by_user_nocheck(sk) ||
	    !READ_ONCE(sk->sk_backlog.tail)) {
		/* the probe may take another one from here on */
		smp_store_release(&watched, NULL);
		sock_put(sk);
		return HRTIMER_NORESTART;
	}
	asked++;
	kvm_hypercall1(KVM_HC_SCHED_YIELD,
		       per_cpu(x86_cpu_to_apicid, owner));
	hrtimer_forward_now(t, ns_to_ktime(age_us * NSEC_PER_USEC));
	return HRTIMER_RESTART;
}

/* Context: as guest-kmod/ack.c's: softirq, the socket's spinlock held. */
static int backlog_pre(struct kprobe *kp, struct pt_regs *regs)
{
	struct sock *sk = (struct sock *)regs_get_kernel_argument(regs, 0);

	if (raw_smp_processor_id() != turbo)
		return 0;
	/* the timer, on this CPU too, has let go of the last one */
	if (smp_load_acquire(&watched) || !refcount_inc_not_zero(&sk->sk_refcnt))
		return 0;
	watched = sk;
	hrtimer_start(&timer, ns_to_ktime(age_us * NSEC_PER_USEC),
		      HRTIMER_MODE_REL_PINNED_SOFT);
	return 0;
}

static struct kprobe probe = {
	.symbol_name = "tcp_add_backlog",
	.pre_handler = backlog_pre,
};

static int __init yield_init(void)
{
	if (owner >= nr_cpu_ids || !cpu_possible(owner))
		return -EINVAL;
	/* -KVM_ENOSYS where KVM_FEATURE_PV_SCHED_YIELD is not offered */
	if (!kvm_para_available() ||
	    kvm_hypercall1(KVM_HC_SCHED_YIELD,
			   per_cpu(x86_cpu_to_apicid, owner))) {
		pr_err("the host does not offer to run another vCPU\n");
		return -ENODEV;
	}
	turbo_hrtimer_setup(&timer, expire, CLOCK_MONOTONIC,
			    HRTIMER_MODE_REL_PINNED_SOFT);
	return register_kprobe(&probe);
}

static void __exit yield_exit(void)
{
	unregister_kprobe(&probe);
	hrtimer_cancel(&timer);
	if (watched)
		sock_put(watched);
}

module_init(yield_init);
module_exit(yield_exit);
MODULE_DESCRIPTION("Asks KVM to run the vCPU of a socket's stuck owner");
MODULE_LICENSE("GPL");
