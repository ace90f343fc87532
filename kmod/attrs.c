// SPDX-License-Identifier: GPL-2.0
/*
 * attrs.c - what SCHED_TURBO changes of a thread, and the way back
 *
 * A thread keeps its class, CFS, and its nice value; it gets the turbo slice
 * as its own EEVDF request where the kernel has such a thing, and a thread of
 * another policy than SCHED_NORMAL or SCHED_BATCH becomes SCHED_NORMAL.
 * Whatever somebody else changes meanwhile is theirs: it is what the thread
 * will have after detach.
 */
#include <linux/sched.h>
#include <uapi/linux/sched/types.h>

#include "turbo.h"

/*
 * Policies that may have the turbo slice.  SCHED_IDLE is of the class, but the
 * kernel gives it no slice of its own.
 */
static bool fair_policy(int policy)
{
	return policy == SCHED_NORMAL || policy == SCHED_BATCH;
}

/* The thread's own EEVDF request in ns; 0 if it has none. */
static u64 own_slice(struct task_struct *p)
{
#ifdef TURBO_HAVE_SE_CUSTOM_SLICE
	return p->se.custom_slice ? p->se.slice : 0;
#else
	return 0;
#endif
}

/* The same as a value that may be compared with what we have set. */
static bool slice_is(struct task_struct *p, u64 slice_ns)
{
#ifdef TURBO_HAVE_SE_CUSTOM_SLICE
	return own_slice(p) == slice_ns;
#else
	return true;
#endif
}

/**
 * turbo_attrs_current - read what a thread is at one moment
 * @attrs: filled, its CPU mask allocated
 * @p: the thread
 *
 * Context: any; pi_lock is held by all who change one of these.
 */
void turbo_attrs_current(struct turbo_attrs *attrs, struct task_struct *p)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&p->pi_lock, flags);
	attrs->policy = p->policy;
	attrs->nice = task_nice(p);
	attrs->rt_priority = p->rt_priority;
	attrs->reset_on_fork = p->sched_reset_on_fork;
	attrs->slice_ns = own_slice(p);
	cpumask_copy(attrs->cpus, &p->cpus_mask);
	raw_spin_unlock_irqrestore(&p->pi_lock, flags);
}

/**
 * turbo_attrs_copy - copy remembered attributes
 * @to: filled, its CPU mask allocated
 * @from: of @owner
 * @owner: the thread under whose pi_lock adopt_changes() writes @from
 *
 * Context: any.
 */
void turbo_attrs_copy(struct turbo_attrs *to, const struct turbo_attrs *from,
		      struct task_struct *owner)
{
	unsigned long flags;

	/* field by field: the mask is an array or a pointer, by configuration */
	raw_spin_lock_irqsave(&owner->pi_lock, flags);
	to->policy = from->policy;
	to->nice = from->nice;
	to->rt_priority = from->rt_priority;
	to->reset_on_fork = from->reset_on_fork;
	to->slice_ns = from->slice_ns;
	cpumask_copy(to->cpus, from->cpus);
	raw_spin_unlock_irqrestore(&owner->pi_lock, flags);
}

/**
 * turbo_attrs_save - remember what a thread is
 * @attrs: where
 * @p: the thread
 *
 * Context: task context, may sleep.
 * Return: 0, -ENOMEM, or -EOPNOTSUPP for a policy that cannot be restored.
 */
int turbo_attrs_save(struct turbo_attrs *attrs, struct task_struct *p)
{
	if (!alloc_cpumask_var(&attrs->cpus, GFP_KERNEL))
		return -ENOMEM;
	turbo_attrs_current(attrs, p);
	if (fair_policy(attrs->policy) || attrs->policy == SCHED_IDLE ||
	    attrs->policy == SCHED_FIFO || attrs->policy == SCHED_RR)
		return 0;
	pr_notice("thread %d: policy %d cannot be taken over\n", p->pid,
		  attrs->policy);
	free_cpumask_var(attrs->cpus);
	return -EOPNOTSUPP;
}

/**
 * turbo_attrs_free - forget it again
 * @attrs: from turbo_attrs_save()
 */
void turbo_attrs_free(struct turbo_attrs *attrs)
{
	free_cpumask_var(attrs->cpus);
}

/*
 * Set what sched_setattr(2) sets.  SCHED_RESET_ON_FORK is kept as it is: the
 * flag cannot be left out of the call, so it is read just before.
 */
static int set_attr(struct task_struct *p, int policy, int nice,
		    unsigned int rt_priority, u64 slice_ns)
{
	struct sched_attr attr = {
		.size = sizeof(attr),
		.sched_policy = policy,
		.sched_nice = nice,
		.sched_priority = rt_priority,
		.sched_flags = p->sched_reset_on_fork ?
			       SCHED_FLAG_RESET_ON_FORK : 0,
	};

	/* elsewhere sched_runtime belongs to SCHED_DEADLINE alone */
	if (fair_policy(policy))
		attr.sched_runtime = slice_ns;
	return sched_setattr_nocheck(p, &attr);
}

/*
 * Take over what somebody else has changed since we last set it: from now on
 * that is what the thread is to have after detach.
 *
 * While the home core is not active, which is on its way down or up, the
 * kernel itself pushes threads elsewhere; that is nobody's wish.
 *
 * Context: task context, turbo_mutex held.
 * Return: SCHED_TURBO_CHANGED_* of what was changed.
 */
static u32 adopt_changes(struct turbo_thread *th)
{
	struct task_struct *p = th->task;
	unsigned long flags;
	u32 changed = 0;

	lockdep_assert_held(&turbo_mutex);
	raw_spin_lock_irqsave(&p->pi_lock, flags);
	if (p->policy != th->set_policy) {
		th->orig.policy = p->policy;
		th->orig.rt_priority = p->rt_priority;
		th->set_policy = p->policy;
		changed |= SCHED_TURBO_CHANGED_POLICY;
	}
	if (task_nice(p) != th->set_nice) {
		th->orig.nice = task_nice(p);
		th->set_nice = th->orig.nice;
		changed |= SCHED_TURBO_CHANGED_NICE;
	}
	if (fair_policy(p->policy) && !slice_is(p, th->set_slice_ns)) {
		th->orig.slice_ns = own_slice(p);
		th->set_slice_ns = th->orig.slice_ns;
		changed |= SCHED_TURBO_CHANGED_SLICE;
	}
	if (th->home >= 0 && cpu_active(th->home) &&
	    !cpumask_equal(&p->cpus_mask, th->set_cpus)) {
		cpumask_copy(th->orig.cpus, &p->cpus_mask);
		cpumask_copy(th->set_cpus, &p->cpus_mask);
		changed |= SCHED_TURBO_CHANGED_AFFINITY;
	}
	raw_spin_unlock_irqrestore(&p->pi_lock, flags);

	if (changed & ~th->changed)
		pr_notice("thread %d (%s): somebody else changed its%s%s%s%s\n",
			  p->pid, p->comm,
			  changed & SCHED_TURBO_CHANGED_POLICY ? " policy" : "",
			  changed & SCHED_TURBO_CHANGED_NICE ? " nice" : "",
			  changed & SCHED_TURBO_CHANGED_SLICE ? " slice" : "",
			  changed & SCHED_TURBO_CHANGED_AFFINITY ?
			  " affinity" : "");
	th->changed |= changed;
	return changed;
}

/**
 * turbo_attrs_apply - give a thread its policy and slice
 * @th: the thread; its slice is that of its home core, or its own
 *
 * A thread that somebody has given a policy outside CFS is left alone: the
 * keeper will let it go.
 *
 * Context: task context, turbo_mutex held.
 * Return: 0 or what sched_setattr_nocheck() said.
 */
int turbo_attrs_apply(struct turbo_thread *th)
{
	struct turbo_core *core = turbo_pool_core(th->home);
	u64 slice = th->own_slice_ns;
	int policy = th->set_policy;
	int err;

	lockdep_assert_held(&turbo_mutex);
	if (!slice && core)
		slice = core->slice_ns;
	adopt_changes(th);
	if (!fair_policy(th->set_policy)) {
		/* the first time it is ours to change */
		if (th->settled)
			return 0;
		policy = SCHED_NORMAL;
	}
	th->settled = true;
	if (th->set_policy != policy || !slice_is(th->task, slice)) {
		err = set_attr(th->task, policy, th->set_nice, 0, slice);
		if (err)
			return err;
	}
	th->set_policy = policy;
	th->set_slice_ns = slice;
	return 0;
}

/**
 * turbo_attrs_set_cpus - give a thread an affinity
 * @th: the thread
 * @cpus: the CPUs
 *
 * Since 6.2 the kernel takes the part of @cpus that the thread's owner has
 * once asked for, if there is one: what it has made of it is remembered, so
 * that it can be told from what somebody else sets later.
 *
 * Context: task context, turbo_mutex held, may sleep.
 * Return: 0 or what set_cpus_allowed_ptr() said.
 */
int turbo_attrs_set_cpus(struct turbo_thread *th, const struct cpumask *cpus)
{
	unsigned long flags;
	int err;

	lockdep_assert_held(&turbo_mutex);
	err = set_cpus_allowed_ptr(th->task, cpus);
	raw_spin_lock_irqsave(&th->task->pi_lock, flags);
	if (!err)
		cpumask_copy(th->set_cpus, &th->task->cpus_mask);
	raw_spin_unlock_irqrestore(&th->task->pi_lock, flags);
	return err;
}

/**
 * turbo_attrs_check - keep a thread what SCHED_TURBO says it is
 * @th: the thread
 *
 * A slice or an affinity that somebody else has set is remembered for the
 * time after detach and ours is put back; a nice value stays as they want.
 *
 * Context: task context, turbo_mutex held.
 * Return: false if the thread has been given a policy outside CFS: then it is
 * no longer ours.
 */
bool turbo_attrs_check(struct turbo_thread *th)
{
	u32 changed = adopt_changes(th);

	if (!fair_policy(th->set_policy))
		return false;
	if (changed & SCHED_TURBO_CHANGED_SLICE)
		turbo_attrs_apply(th);
	if (changed & SCHED_TURBO_CHANGED_AFFINITY)
		turbo_place_move(th, th->home);
	return true;
}

/* Give @p the affinity @cpus, or any CPU if none of those is left. */
static void restore_affinity(struct task_struct *p, const struct cpumask *cpus)
{
	if (!set_cpus_allowed_ptr(p, cpus))
		return;
	if (p->flags & PF_EXITING)
		return;
	pr_notice_ratelimited("thread %d (%s): no CPU of its affinity %*pbl is left, it may now run on all\n",
			      p->pid, p->comm, cpumask_pr_args(cpus));
	/* what the kernel does when it takes the last CPU from a thread */
	set_cpus_allowed_ptr(p, cpu_online_mask);
}

/**
 * turbo_attrs_restore - give a thread back what it was
 * @th: the thread, no longer in the table
 *
 * What somebody else has changed stays as they have made it.
 *
 * Context: task context, turbo_mutex held, may sleep.
 */
void turbo_attrs_restore(struct turbo_thread *th)
{
	struct task_struct *p = th->task;
	struct turbo_attrs *orig = &th->orig;
	int err;

	lockdep_assert_held(&turbo_mutex);
	adopt_changes(th);
	/* a SCHED_DEADLINE of somebody else's stays: it has more to it */
	if (orig->policy != SCHED_DEADLINE &&
	    (p->policy != orig->policy || task_nice(p) != orig->nice ||
	     p->rt_priority != orig->rt_priority ||
	     !slice_is(p, orig->slice_ns))) {
		/* only so does a slice get under a policy that has none */
		if (!fair_policy(orig->policy))
			set_attr(p, SCHED_NORMAL, orig->nice, 0,
				 orig->slice_ns);
		err = set_attr(p, orig->policy, orig->nice, orig->rt_priority,
			       orig->slice_ns);
		if (err)
			pr_warn("thread %d (%s): policy %d nice %d could not be restored: %d\n",
				p->pid, p->comm, orig->policy, orig->nice, err);
	}
	restore_affinity(p, orig->cpus);
}

/**
 * turbo_attrs_restore_child - take from a child what it inherited from us
 * @child: child of an attached thread
 * @inherited: what it began with; what it has set itself since is left alone
 * @orig: what the thread was before it was attached
 *
 * Context: task context, may sleep.
 */
void turbo_attrs_restore_child(struct task_struct *child,
			       const struct turbo_attrs *inherited,
			       const struct turbo_attrs *orig)
{
	int policy = child->policy;
	u64 slice = own_slice(child);
	unsigned long flags;
	bool same;

	if (child->flags & PF_EXITING)
		return;
	/* the kernel resets the policy of such a child itself */
	if (policy == inherited->policy && !orig->reset_on_fork)
		policy = orig->policy;
	if (slice == inherited->slice_ns)
		slice = orig->slice_ns;
	if (fair_policy(child->policy) &&
	    (policy != child->policy || !slice_is(child, slice))) {
		set_attr(child, child->policy, task_nice(child), 0, slice);
		if (policy != child->policy)
			set_attr(child, policy, task_nice(child),
				 orig->rt_priority, slice);
	}

	raw_spin_lock_irqsave(&child->pi_lock, flags);
	same = cpumask_equal(&child->cpus_mask, inherited->cpus);
	raw_spin_unlock_irqrestore(&child->pi_lock, flags);
	if (same)
		restore_affinity(child, orig->cpus);
}
