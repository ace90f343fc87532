// SPDX-License-Identifier: GPL-2.0
/*
 * hooks.c - the scheduler's tracepoints, live only while there is a VM
 *
 * The tracepoints of the scheduler are not exported as symbols; they are
 * found by name, as lttng does, and hooked by tracepoint_probe_register().
 * The probes observe.  On a CPU that is no turbo core each of them is one
 * per-CPU load and a branch; with nothing attached the tracepoints are off
 * and cost what they cost without us, a patched-out jump.
 */
#include <linux/module.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <linux/workqueue.h>
#include <trace/events/sched.h>

#include "vm.h"

/* Taken without turbo_mutex: registering takes the CPU hotplug lock. */
static DEFINE_MUTEX(hooks_mutex);
static unsigned int hooks_users;
static atomic_t puts_due = ATOMIC_INIT(0);

/* Context: runqueue lock of this CPU, interrupts off. */
static void probe_switch(void *data, bool preempt, struct task_struct *prev,
			 struct task_struct *next, unsigned int prev_state)
{
	struct turbo_core *core = __this_cpu_read(turbo_core);

	turbo_account_switch(preempt, prev, next, prev_state);
	if (unlikely(core))
		turbo_slice_switch(core, preempt, prev, next, prev_state);
}

/* Context: runqueue lock of task_cpu(@p) (or @p is current), interrupts off. */
static void probe_wakeup(void *data, struct task_struct *p)
{
	struct turbo_core *core = READ_ONCE(per_cpu(turbo_core, task_cpu(p)));

	if (unlikely(core))
		turbo_slice_wakeup(core, p);
	turbo_account_wakeup(p);
}

/*
 * Context: pi_lock of @p or the lock of its runqueue, interrupts off.  Only
 * moves that touch a turbo core get past the first test.
 */
static void probe_migrate(void *data, struct task_struct *p, int dest_cpu)
{
	struct turbo_core *from = READ_ONCE(per_cpu(turbo_core, task_cpu(p)));
	struct turbo_core *to = READ_ONCE(per_cpu(turbo_core, dest_cpu));
	struct turbo_thread *th;

	if (likely(!from && !to))
		return;
	th = turbo_thread_find(p);
	if (to) {
		/* attached or not: either way there may be two */
		if (th)
			turbo_slice_arrives(to, th);
		turbo_slice_expect(to);
		return;
	}
	if (th)
		turbo_thread_strayed(th);
}

/* Context: the exiting task, may be preempted: RCU is ours to take. */
static void thread_over(struct task_struct *p, bool exec)
{
	struct turbo_thread *th;

	rcu_read_lock();
	th = turbo_thread_find(p);
	if (th)
		turbo_thread_reap(th);
	rcu_read_unlock();
	turbo_vm_thread_over(p, exec);
}

#ifdef TURBO_HAVE_PROCESS_EXIT_GROUP_DEAD
static void probe_exit(void *data, struct task_struct *p, bool group_dead)
#else
static void probe_exit(void *data, struct task_struct *p)
#endif
{
	thread_over(p, false);
}

/* A new program is not what was attached.  Context: the task itself. */
static void probe_exec(void *data, struct task_struct *p, pid_t old_pid,
		       struct linux_binprm *bprm)
{
	thread_over(p, true);
}

/* Context: the parent, before the child runs for the first time. */
static void probe_fork(void *data, struct task_struct *parent,
		       struct task_struct *child)
{
	turbo_child_born(parent, child);
}

static struct hook {
	const char *name;
	void *probe;
	struct tracepoint *tp;
} hooks[] = {
	/* in the order in which they become live; off in the reverse order */
	{ "sched_process_exit",	probe_exit },
	{ "sched_process_exec",	probe_exec },
	{ "sched_process_fork",	probe_fork },
	{ "sched_migrate_task",	probe_migrate },
	{ "sched_wakeup",	probe_wakeup },
	{ "sched_wakeup_new",	probe_wakeup },
	{ "sched_switch",	probe_switch },
};

/* The compiler checks here that each probe has its tracepoint's prototype. */
static void __maybe_unused check_types(void)
{
	check_trace_callback_type_sched_process_exit(probe_exit);
	check_trace_callback_type_sched_process_exec(probe_exec);
	check_trace_callback_type_sched_process_fork(probe_fork);
	check_trace_callback_type_sched_migrate_task(probe_migrate);
	check_trace_callback_type_sched_wakeup(probe_wakeup);
	check_trace_callback_type_sched_wakeup_new(probe_wakeup);
	check_trace_callback_type_sched_switch(probe_switch);
}

static void find_hook(struct tracepoint *tp, void *data)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++)
		if (!strcmp(tp->name, hooks[i].name))
			hooks[i].tp = tp;
}

/* Unregister the first @nr hooks.  Context: hooks_mutex held. */
static void hooks_off(int nr)
{
	lockdep_assert_held(&hooks_mutex);
	while (nr--)
		tracepoint_probe_unregister(hooks[nr].tp, hooks[nr].probe,
					    NULL);
	/* no probe is running after this, and none will start */
	tracepoint_synchronize_unregister();
}

/* Context: hooks_mutex held. */
static int hooks_on(void)
{
	int i, cpu, err;

	lockdep_assert_held(&hooks_mutex);
	/* what ran on the cores when the hooks went down is long past */
	for_each_possible_cpu(cpu) {
		struct turbo_core *core = per_cpu(turbo_core, cpu);

		if (core)
			WRITE_ONCE(core->cur_task, NULL);
		/* a CPU that went offline meanwhile was not made to let go */
		WRITE_ONCE(per_cpu(turbo_seats, cpu).cur, NULL);
	}
	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		err = tracepoint_probe_register(hooks[i].tp, hooks[i].probe,
						NULL);
		if (err) {
			pr_err("tracepoint %s: cannot be hooked: %d\n",
			       hooks[i].name, err);
			hooks_off(i);
			return err;
		}
	}
	return 0;
}

/**
 * turbo_hooks_get - have the hooks live while a thread is attached
 *
 * Context: task context, may sleep; not under turbo_mutex.
 * Return: 0, or what tracepoint_probe_register() said.
 */
int turbo_hooks_get(void)
{
	int err = 0;

	mutex_lock(&hooks_mutex);
	if (!hooks_users)
		err = hooks_on();
	if (!err)
		hooks_users++;
	mutex_unlock(&hooks_mutex);
	return err;
}

/**
 * turbo_hooks_put - one user less; the last one takes the hooks down
 *
 * Context: as turbo_hooks_get().
 */
void turbo_hooks_put(void)
{
	mutex_lock(&hooks_mutex);
	if (!--hooks_users)
		hooks_off(ARRAY_SIZE(hooks));
	mutex_unlock(&hooks_mutex);
}

static void put_work_fn(struct work_struct *work)
{
	int n = atomic_xchg(&puts_due, 0);

	while (n--)
		turbo_hooks_put();
}

static DECLARE_WORK(put_work, put_work_fn);

/**
 * turbo_hooks_put_later - turbo_hooks_put() from under turbo_mutex
 *
 * Context: task context.
 */
void turbo_hooks_put_later(void)
{
	atomic_inc(&puts_due);
	queue_work(turbo_wq, &put_work);
}

/**
 * turbo_hooks_settle - wait until the puts put off are done
 *
 * Context: task context, may sleep; not under turbo_mutex.
 */
void turbo_hooks_settle(void)
{
	flush_work(&put_work);
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
 * turbo_hooks_exit - take the hooks down, if they are up
 *
 * Context: task context; no thread is attached any more.
 */
void turbo_hooks_exit(void)
{
	turbo_hooks_settle();
	WARN_ON_ONCE(hooks_users);
}
