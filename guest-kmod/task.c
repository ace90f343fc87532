// SPDX-License-Identifier: GPL-2.0
/*
 * task.c - which threads may use the turbo vCPUs (3.2)
 *
 * A thread that may run on turbo vCPUs and on others may run on the others only
 * from now on, be it a process's or one of the kernel's: what it may use is
 * made narrower, not set.  One that may run on nothing but turbo vCPUs was put
 * there on purpose and stays; that is also how a user keeps a thread there.
 * The kernel's threads that do I/O go there and nowhere else.
 *
 * The affinity of each thread is changed, by the call that cpusets use.  A cpuset
 * without the turbo vCPUs would keep users from choosing them, see
 * docs/design-guest.md.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/moduleparam.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched/deadline.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/seq_file.h>

#include "policy/name.h"
#include "record.h"
#include "turbo_guest.h"

/* Threads looked after at a time; those left over are found again. */
#define BATCH		64

/* From making a thread of the kernel's to starting it, on a busy machine. */
#define MAKING_MS	20

static char *threads = "jbd2/*,xfsaild/*,btrfs-transacti*,nfsd,md*_raid*,dmcrypt_write*,napi/*";
module_param(threads, charp, 0444);
MODULE_PARM_DESC(threads, "the kernel's threads that go to the turbo vCPUs, by name; * matches, ! takes back");

/* May run on live turbo vCPUs and on others.  Context: any. */
static bool straddles(struct task_struct *p)
{
	return cpumask_intersects(&p->cpus_mask, &turbo_guest.live) &&
	       !cpumask_subset(&p->cpus_mask, &turbo_guest.live);
}

/*
 * A thread of the kernel's is bound by who makes it, if at all, in its first
 * sleep, in kthread(), which is TASK_UNINTERRUPTIBLE, before it is woken for the
 * first time.  There is no way to change an affinity on condition that nobody
 * else has just done so; therefore it is left alone until it must be past that.
 */
static bool started(struct task_struct *p)
{
	unsigned int state = READ_ONCE(p->__state);

	return READ_ONCE(p->nvcsw) > 1 ||
	       (state & (TASK_INTERRUPTIBLE | TASK_NOLOAD));
}

/*
 * The kernel itself has bound these, or may be about to, and counts on it.
 *
 * Workers are bound, too, but those of unbound queues only lest a user moves
 * them.  Rescuers take the affinity of whatever pool they help.
 */
static bool bound(struct task_struct *p)
{
	if (!(p->flags & PF_KTHREAD))
		return false;
	if (!started(p))
		return true;
	smp_rmb();	/* what was bound before it was started shows now */
	return (READ_ONCE(p->flags) & PF_NO_SETAFFINITY) &&
	       strncmp(p->comm, "kworker/u", 9);
}

/**
 * turbo_task_leaks - is this thread on a turbo vCPU without having to be?
 * @p: a thread that is
 *
 * Context: any; of the scheduler's locks that of @p or its runqueue is held.
 */
bool turbo_task_leaks(struct task_struct *p)
{
	return !cpumask_subset(&p->cpus_mask, &turbo_guest.live) &&
	       !bound(p) && !dl_task(p);
}

static bool is_io_thread(struct task_struct *p)
{
	const char *name = p->comm;

	return (p->flags & PF_KTHREAD) &&
	       !(p->flags & (PF_NO_SETAFFINITY | PF_WQ_WORKER)) &&
	       turbo_name_chosen(threads, &name, 1);
}

/*
 * What @p is to have, in @set; false if that is what it has.  Context: RCU.
 *
 * A deadline thread is left alone: its bandwidth was admitted for the CPUs it
 * has.
 */
static bool wanted(struct task_struct *p, struct cpumask *set, bool *io)
{
	if ((p->flags & PF_EXITING) || bound(p) || dl_task(p))
		return false;
	*io = is_io_thread(p);
	if (*io) {
		cpumask_copy(set, &turbo_guest.live);
		return !cpumask_equal(&p->cpus_mask, set);
	}
	if (!straddles(p))
		return false;
	cpumask_andnot(set, &p->cpus_mask, &turbo_guest.live);
	return cpumask_intersects(set, cpu_active_mask);
}

/* Context: turbo_guest.lock held. */
static bool change(struct task_struct *p, struct cpumask *orig,
		   struct cpumask *set, struct cpumask *tmp)
{
	bool io, was_io, known;
	int err = 0;

	rcu_read_lock();
	if (!wanted(p, set, &io)) {
		rcu_read_unlock();
		return false;
	}
	rcu_read_unlock();
	/* of an I/O thread that has been moved before, keep where it came from */
	known = turbo_record_get(p, orig, tmp, &was_io);
	if (!known || !cpumask_equal(tmp, &p->cpus_mask))
		cpumask_copy(orig, &p->cpus_mask);
	if (turbo_record_put(p, orig, set, io))
		err = -ENOMEM;
	if (!err)
		err = set_cpus_allowed_ptr(p, set);
	if (err) {
		turbo_record_del(p);
		turbo_count(TURBO_TASK_FAILED);
		return false;
	}
	/* whoever exits has no record; its own hook may have been too early */
	if (p->flags & PF_EXITING)
		turbo_record_del(p);
	turbo_count(io ? TURBO_TASK_ON : TURBO_TASK_OFF);
	if (known)
		turbo_count(TURBO_TASK_AGAIN);
	return true;
}

/* Collect threads that are not as they should be, with a reference each. */
static int collect(struct task_struct **batch, struct cpumask *tmp)
{
	struct task_struct *g, *p;
	bool io;
	int n = 0;

	rcu_read_lock();
	for_each_process_thread(g, p) {
		if (!wanted(p, tmp, &io))
			continue;
		get_task_struct(p);
		batch[n++] = p;
		if (n == BATCH)
			goto out;
	}
out:
	rcu_read_unlock();
	return n;
}

/* Masks for one who works under turbo_guest.lock. */
static struct cpumask mask_orig, mask_set, mask_tmp;

/**
 * turbo_task_sweep - have all threads where they belong
 *
 * Context: turbo_guest.lock held, a turbo vCPU is live.
 */
void turbo_task_sweep(void)
{
	static struct task_struct *batch[BATCH];
	int n, i, changed;

	lockdep_assert_held(&turbo_guest.lock);
	do {
		changed = 0;
		n = collect(batch, &mask_tmp);
		for (i = 0; i < n; i++) {
			changed += change(batch[i], &mask_orig, &mask_set,
					  &mask_tmp);
			put_task_struct(batch[i]);
		}
		cond_resched();
		/* those that can't be changed must not keep us here */
	} while (n == BATCH && changed);
}

/* Context: turbo_guest.lock held. */
static void undo(pid_t nr, u64 start)
{
	struct task_struct *p;
	int i;

	rcu_read_lock();
	p = pid_task(find_pid_ns(nr, &init_pid_ns), PIDTYPE_PID);
	if (p && p->start_boottime == start && !(p->flags & PF_EXITING))
		get_task_struct(p);
	else
		p = NULL;
	rcu_read_unlock();
	if (!p)
		return;
	/* one that is just being made: soon it shows whose it is */
	for (i = 0; i < MAKING_MS && (p->flags & PF_KTHREAD) && !started(p); i++)
		usleep_range(1000, 2000);
	if (bound(p)) {
		/* by the kernel, since we gave it or its parent what it had */
	} else if (!cpumask_equal(&p->cpus_mask, &mask_set)) {
		turbo_count(TURBO_TASK_LEFT);
		/* a worker is nobody's but the kernel's, which moves it */
		if (!(p->flags & PF_NO_SETAFFINITY))
			pr_info_ratelimited("thread %d (%s): affinity left at %*pbl, which it was given meanwhile\n",
					    nr, p->comm,
					    cpumask_pr_args(&p->cpus_mask));
	} else if (set_cpus_allowed_ptr(p, &mask_orig)) {
		turbo_count(TURBO_TASK_FAILED);
		pr_warn_ratelimited("thread %d (%s): affinity %*pbl could not be put back\n",
				    nr, p->comm, cpumask_pr_args(&mask_orig));
	} else {
		turbo_count(TURBO_TASK_RESTORED);
	}
	put_task_struct(p);
}

static int undo_all(void)
{
	int bucket = 0, n = 0;
	pid_t nr;
	u64 start;

	for (; turbo_record_undo(&bucket, &nr, &start, &mask_orig, &mask_set); n++)
		undo(nr, start);
	return n;
}

/**
 * turbo_task_undo - give all threads back what they had
 *
 * A fork under way may still copy what we gave the parent; the hook of fork is
 * live, so the child gets a record.  It is waited for, as long as a fork takes
 * short of memory pressure.
 *
 * Context: turbo_guest.lock held, perhaps the CPU hotplug lock too.
 */
void turbo_task_undo(void)
{
	unsigned int off, on;

	lockdep_assert_held(&turbo_guest.lock);
	turbo_record_count(&off, &on);
	if (!off && !on)
		return;
	do {
		while (undo_all())
			;
		msleep(20);
	} while (undo_all());
	turbo_record_purge();
}

/**
 * turbo_task_born - a child inherits what is known of its parent
 * @parent: the parent, current
 * @child: the child, not yet running
 *
 * Context: tracepoint, preemption off.
 */
void turbo_task_born(struct task_struct *parent, struct task_struct *child)
{
	if (!turbo_record_inherit(parent, child))
		turbo_count(TURBO_TASK_FAILED);
	/* it may be one that is to go to the turbo vCPUs, once it has a name */
	if (child->flags & PF_KTHREAD)
		turbo_steer_kick();
}

/**
 * turbo_task_gone - a thread exits
 * @p: the thread, current
 *
 * Context: tracepoint, preemption off.
 */
void turbo_task_gone(struct task_struct *p)
{
	turbo_record_del(p);
}

/**
 * turbo_task_show - JSON: how many threads are where we put them
 * @m: printed to
 */
void turbo_task_show(struct seq_file *m)
{
	unsigned int off, on;

	turbo_record_count(&off, &on);
	seq_printf(m, "{\"off\":%u,\"on\":%u}", off, on);
}
