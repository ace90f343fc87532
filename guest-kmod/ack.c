// SPDX-License-Identifier: GPL-2.0
/*
 * ack.c - acknowledging what waits in the backlog (vTurbo, Algorithm 1)
 *
 * The paper does it in tcp_v4_rcv(), as the segment is put into the backlog.
 * Here a kprobe sees that, and all it does is note the socket: what is in the
 * backlog in the end is looked at under the socket's lock by a timer, when
 * its owner has had time to see to it.  So a segment that is refused after
 * the probe, or a probe that is skipped because another one was running,
 * makes no difference.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/workqueue.h>

#include "ack.h"
#include "turbo_guest.h"

#define SETTERS_MAX	1024

bool turbo_ack_on = true;
module_param_named(ack, turbo_ack_on, bool, 0444);
MODULE_PARM_DESC(ack, "acknowledge what waits for a stuck process (on)");

/* Half the range of a slice: below, it is the owner's normal business. */
static int set_us(const char *val, const struct kernel_param *kp)
{
	int err = param_set_uint_minmax(val, kp, 10, 100000);

	if (err)
		pr_err("%s=%s: not a number of microseconds from 10 to 100000\n",
		       kp->name, val);
	return err;
}

static const struct kernel_param_ops us_ops = {
	.set = set_us,
	.get = param_get_uint,
};

unsigned int turbo_ack_age_us = 150;
module_param_cb(ack_age_us, &us_ops, &turbo_ack_age_us, 0644);
MODULE_PARM_DESC(ack_age_us, "a process is stuck if a segment waits for so long, us (150)");

unsigned int turbo_ack_gap_us = 20;
module_param_cb(ack_gap_us, &us_ops, &turbo_ack_gap_us, 0644);
MODULE_PARM_DESC(ack_gap_us, "between two early ACKs of a connection, us (20)");

bool turbo_ack_broken;

DEFINE_PER_CPU(struct turbo_ack_count, turbo_ack_count);

/*
 * tcp_add_backlog(sk, skb, ...), at its entry.
 *
 * Context: softirqs off, the socket's spinlock held and the socket owned by a
 * process; the handler can't be preempted.
 */
static int backlog_pre(struct kprobe *kp, struct pt_regs *regs)
{
	if (!turbo_vcpu_live(raw_smp_processor_id()) ||
	    unlikely(READ_ONCE(turbo_ack_broken)))
		return 0;
	turbo_ack_note((struct sock *)regs_get_kernel_argument(regs, 0),
		       (struct sk_buff *)regs_get_kernel_argument(regs, 1));
	return 0;
}

static struct kprobe backlog_probe = {
	.symbol_name = "tcp_add_backlog",
	.pre_handler = backlog_pre,
};

/*
 * A thread that sets SO_RCVBUF owns the socket meanwhile.  If it lowers the
 * limit, what waits may be dropped when it lets go, so nothing must have been
 * acknowledged under its ownership: it is counted before it can own the
 * socket, and until it is back.
 *
 * A kprobe counts in and a kretprobe out, if it finds in the mark of this CPU
 * that the kprobe has just counted in.  If it has no instance left, or is not
 * there yet, nobody counts out and the bucket stays closed, which is safe.
 */
static DEFINE_PER_CPU(struct turbo_ack_bucket *, setter_mark);

static struct turbo_ack_bucket *setter(struct pt_regs *regs)
{
	unsigned long level = regs_get_kernel_argument(regs, 1);
	unsigned long name = regs_get_kernel_argument(regs, 2);

	if ((int)level != SOL_SOCKET ||
	    ((int)name != SO_RCVBUF && (int)name != SO_RCVBUFFORCE))
		return NULL;
	return turbo_ack_bucket((struct sock *)regs_get_kernel_argument(regs, 0));
}

/* Context: the thread, before it has the lock; can't be preempted here. */
static int setsockopt_pre(struct kprobe *kp, struct pt_regs *regs)
{
	struct turbo_ack_bucket *b = setter(regs);

	__this_cpu_write(setter_mark, b);
	if (b)
		atomic_inc(&b->rcvbuf_busy);
	return 0;
}

static struct kprobe setsockopt_probe = {
	.symbol_name = "sk_setsockopt",
	.pre_handler = setsockopt_pre,
};

/* Context: as setsockopt_pre(), and right behind it. */
static int setsockopt_enter(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct turbo_ack_bucket **b = (struct turbo_ack_bucket **)ri->data;

	*b = __this_cpu_read(setter_mark);
	__this_cpu_write(setter_mark, NULL);
	return *b ? 0 : 1;	/* 1: nothing to do at the return */
}

static int setsockopt_return(struct kretprobe_instance *ri,
			     struct pt_regs *regs)
{
	struct turbo_ack_bucket **b = (struct turbo_ack_bucket **)ri->data;

	atomic_dec(&(*b)->rcvbuf_busy);
	return 0;
}

static struct kretprobe setsockopt_retprobe = {
	.kp.symbol_name = "sk_setsockopt",
	.entry_handler = setsockopt_enter,
	.handler = setsockopt_return,
	.data_size = sizeof(struct turbo_ack_bucket *),
	.maxactive = SETTERS_MAX,
};

static void stop_fn(struct work_struct *work)
{
	disable_kprobe(&backlog_probe);
	turbo_ack_unread_stop();
}

static DECLARE_WORK(stop_work, stop_fn);

/**
 * turbo_ack_stop - acknowledge nothing early any more, for good
 *
 * Context: any; the probe goes a moment later.
 */
void turbo_ack_stop(void)
{
	if (!xchg(&turbo_ack_broken, true))
		schedule_work(&stop_work);
}

/**
 * turbo_ack_init - watch the backlogs of TCP's sockets
 *
 * Context: task context, may sleep.
 * Return: 0; a kernel that can't be probed is no error, it is said.
 */
int turbo_ack_init(void)
{
	int err;

	if (!turbo_ack_on)
		return 0;
	err = turbo_ack_flow_init();
	if (err)
		return err;
	/* the probe that was registered last runs first */
	err = register_kretprobe(&setsockopt_retprobe);
	if (err)
		goto err_flow;
	err = register_kprobe(&setsockopt_probe);
	if (err)
		goto err_return;
	err = register_kprobe(&backlog_probe);
	if (err)
		goto err_setsockopt;
	turbo_ack_unread_init();
	turbo_ack_stat_init();
	return 0;

err_setsockopt:
	unregister_kprobe(&setsockopt_probe);
err_return:
	unregister_kretprobe(&setsockopt_retprobe);
err_flow:
	turbo_ack_flow_exit();
	pr_warn("no early ACKs: this kernel can't be probed: %d\n", err);
	turbo_ack_on = false;
	return 0;
}

/**
 * turbo_ack_exit - leave them alone again
 *
 * When the probes are gone, nothing but the timers knows of a flow; when those
 * are stopped, nothing does.  ACKs on their way hold the socket, not us.
 */
void turbo_ack_exit(void)
{
	if (!turbo_ack_on)
		return;
	turbo_ack_stat_exit();
	turbo_ack_unread_exit();
	unregister_kprobe(&backlog_probe);
	unregister_kprobe(&setsockopt_probe);
	unregister_kretprobe(&setsockopt_retprobe);
	turbo_ack_flow_exit();
	/* the last one that could start it has been stopped */
	cancel_work_sync(&stop_work);
}
