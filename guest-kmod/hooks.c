// SPDX-License-Identifier: GPL-2.0
/*
 * hooks.c - tracepoints, live only while a turbo vCPU is online
 *
 * They make what would otherwise wait for the next round happen at once, and
 * let children inherit what is known of their parents.  Found by name, as in
 * kmod/hooks.c.
 */
#include <linux/binfmts.h>
#include <linux/irq_work.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <trace/events/sched.h>
#include <trace/events/udp.h>

#include "turbo_guest.h"

#ifdef TURBO_HAVE_VECTOR_UPDATE
#include <asm/trace/irq_vectors.h>

/*
 * Context: vector_lock, interrupts off.  Not a hot path: it is called when an
 * interrupt gets another vector, not when one comes.
 */
static void probe_vector(void *data, unsigned int irq, unsigned int vector,
			 unsigned int cpu, unsigned int prev_vector,
			 unsigned int prev_cpu)
{
	turbo_steer_kick();
}
#endif

/* Context: pi_lock of @p or the lock of its runqueue, interrupts off. */
static void probe_migrate(void *data, struct task_struct *p, int dest_cpu)
{
	if (unlikely(turbo_vcpu_live(dest_cpu)) && turbo_task_leaks(p))
		turbo_steer_kick();
}

/* Context: as above. */
static void probe_wakeup_new(void *data, struct task_struct *p)
{
	if (unlikely(turbo_vcpu_live(task_cpu(p))) && turbo_task_leaks(p))
		turbo_steer_kick();
}

/* Context: the parent, before the child runs for the first time. */
static void probe_fork(void *data, struct task_struct *parent,
		       struct task_struct *child)
{
	turbo_task_born(parent, child);
}

/* Context: the exiting task. */
#ifdef TURBO_HAVE_PROCESS_EXIT_GROUP_DEAD
static void probe_exit(void *data, struct task_struct *p, bool group_dead)
#else
static void probe_exit(void *data, struct task_struct *p)
#endif
{
	turbo_task_gone(p);
}

/* Context: softirq, mostly; no lock of the socket's. */
#ifdef TURBO_HAVE_UDP_FAIL_SKB
static void probe_udp_drop(void *data, int rc, struct sock *sk,
			   struct sk_buff *skb)
#else
static void probe_udp_drop(void *data, int rc, struct sock *sk)
#endif
{
	turbo_moderate_drop();
}

static struct hook {
	const char *name;
	void *probe;
	struct tracepoint *tp;
	bool live;
} hooks[] = {
	{ "sched_process_exit",	probe_exit },
	{ "sched_process_fork",	probe_fork },
	{ "sched_migrate_task",	probe_migrate },
	{ "sched_wakeup_new",	probe_wakeup_new },
	{ "udp_fail_queue_rcv_skb",	probe_udp_drop },
#ifdef TURBO_HAVE_VECTOR_UPDATE
	{ "vector_update",	probe_vector },
#endif
};

/* The compiler checks here that each probe has its tracepoint's prototype. */
static void __maybe_unused check_types(void)
{
	check_trace_callback_type_sched_process_exit(probe_exit);
	check_trace_callback_type_sched_process_fork(probe_fork);
	check_trace_callback_type_sched_migrate_task(probe_migrate);
	check_trace_callback_type_sched_wakeup_new(probe_wakeup_new);
	check_trace_callback_type_udp_fail_queue_rcv_skb(probe_udp_drop);
#ifdef TURBO_HAVE_VECTOR_UPDATE
	check_trace_callback_type_vector_update(probe_vector);
#endif
}

static void find_hook(struct tracepoint *tp, void *data)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (!strcmp(tp->name, hooks[i].name))
			hooks[i].tp = tp;
}

/**
 * turbo_hooks_init - find the tracepoints
 *
 * Return: 0, or -ENOENT if the kernel lacks one (its name is logged).
 */
int turbo_hooks_init(void)
{
	int i;

	for_each_kernel_tracepoint(find_hook, NULL);
	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		if (!hooks[i].tp) {
			pr_err("this kernel has no tracepoint %s\n",
			       hooks[i].name);
			return -ENOENT;
		}
	}
	return 0;
}

/**
 * turbo_hooks_on - hook the tracepoints that are not
 *
 * Context: a round; takes the CPU hotplug lock, so not turbo_guest.lock.
 * Return: 0, or the first error; what could be hooked is.
 */
int turbo_hooks_on(void)
{
	int i, err, ret = 0;

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		if (hooks[i].live)
			continue;
		err = tracepoint_probe_register(hooks[i].tp, hooks[i].probe,
						NULL);
		hooks[i].live = !err;
		ret = ret ?: err;
	}
	return ret;
}

/**
 * turbo_hooks_off - unhook them; no probe runs after this
 *
 * Context: as turbo_hooks_on().
 */
void turbo_hooks_off(void)
{
	bool any = false;
	int i;

	for (i = ARRAY_SIZE(hooks) - 1; i >= 0; i--) {
		if (!hooks[i].live)
			continue;
		tracepoint_probe_unregister(hooks[i].tp, hooks[i].probe, NULL);
		hooks[i].live = false;
		any = true;
	}
	if (any)
		tracepoint_synchronize_unregister();
}
