// SPDX-License-Identifier: GPL-2.0
/*
 * child.c - children of attached threads, which must not inherit
 *
 * The kernel gives a child its parent's affinity and slice.  Taking them away
 * may sleep, which the fork hook must not: a worker does it, a moment after
 * the child has begun to run.  A child that forks meanwhile hands on what it
 * has inherited; so it stays in a table, for a while longer than a fork can
 * take, in which the hook finds it.
 *
 * Threads that the kernel makes without telling sched_process_fork, such as
 * the kvm-nx-lpage-recovery that a VM's first vCPU to run makes since 6.14,
 * are put right when the thread whose affinity they have is detached.
 */
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/llist.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "turbo.h"

#define TABLE_BITS	6

/* How long a child is remembered after it has been put right. */
#define MEMORY		HZ

/**
 * struct turbo_child - a child of an attached thread
 * @hash: in the table by task, RCU
 * @todo: in the list of those to be put right
 * @done: in the list of those remembered, under turbo_mutex
 * @task: the child; we hold a reference
 * @inherited: what it began with; what differs from that it has set itself
 * @orig: what its attached ancestor was, and what it is to be
 * @when: when it was put right, jiffies
 */
struct turbo_child {
	struct hlist_node hash;
	struct llist_node todo;
	struct list_head done;
	struct task_struct *task;
	struct turbo_attrs inherited;
	struct turbo_attrs orig;
	unsigned long when;
};

static struct hlist_head table[1 << TABLE_BITS];
static DEFINE_SPINLOCK(table_lock);	/* writers of the table */
static LLIST_HEAD(todo_list);
static LIST_HEAD(done_list);

static void work_fn(struct work_struct *work);
static DECLARE_DELAYED_WORK(child_work, work_fn);

static struct hlist_head *bucket(const struct task_struct *p)
{
	return &table[hash_ptr(p, TABLE_BITS)];
}

/* Context: rcu_read_lock(). */
static struct turbo_child *child_find(const struct task_struct *p)
{
	struct turbo_child *c;

	hlist_for_each_entry_rcu(c, bucket(p), hash)
		if (c->task == p)
			return c;
	return NULL;
}

static void child_free(struct turbo_child *c)
{
	turbo_attrs_free(&c->inherited);
	turbo_attrs_free(&c->orig);
	if (c->task)
		put_task_struct(c->task);
	kfree(c);
}

/* Context: any that may not sleep. */
static struct turbo_child *child_alloc(void)
{
	struct turbo_child *c = kzalloc(sizeof(*c), GFP_ATOMIC);

	if (!c)
		return NULL;
	if (!alloc_cpumask_var(&c->inherited.cpus, GFP_ATOMIC))
		goto err_free;
	if (!alloc_cpumask_var(&c->orig.cpus, GFP_ATOMIC))
		goto err_inherited;
	return c;

err_inherited:
	turbo_attrs_free(&c->inherited);
err_free:
	kfree(c);
	return NULL;
}

/**
 * turbo_child_born - a thread has made a child
 * @parent: the thread, attached or not
 * @child: the child, which has not run yet
 *
 * Context: hook in the parent, must not sleep.
 */
void turbo_child_born(struct task_struct *parent, struct task_struct *child)
{
	struct turbo_thread *th;
	struct turbo_child *c, *forebear = NULL;

	rcu_read_lock();
	th = turbo_thread_find(parent);
	if (!th)
		forebear = child_find(parent);
	if (!th && !forebear)
		goto out;
	c = child_alloc();
	if (!c) {
		pr_warn_ratelimited("thread %d: out of memory, its child %d keeps what it inherited\n",
				    parent->pid, child->pid);
		goto out;
	}
	turbo_attrs_copy(&c->orig, th ? &th->orig : &forebear->orig, parent);
	turbo_attrs_current(&c->inherited, child);
	c->task = get_task_struct(child);
	spin_lock(&table_lock);
	hlist_add_head_rcu(&c->hash, bucket(child));
	spin_unlock(&table_lock);
	llist_add(&c->todo, &todo_list);
	mod_delayed_work(turbo_wq, &child_work, 0);
out:
	rcu_read_unlock();
}

/*
 * Is it a thread of the kernel's in a process of a user's, with what its maker
 * had?  io_uring's get an affinity of their own at once.
 */
static bool is_worker(const struct task_struct *p)
{
#ifdef PF_USER_WORKER
	return (p->flags & PF_USER_WORKER) && !(p->flags & PF_IO_WORKER);
#else
	return false;
#endif
}

/*
 * May it run on turbo cores only, without anybody having asked for that?
 * Context: turbo_mutex held.
 */
static bool strayed(struct task_struct *p)
{
	const struct cpumask *ever = turbo_pool_ever();
	unsigned long flags;
	bool is;

	raw_spin_lock_irqsave(&p->pi_lock, flags);
	is = cpumask_subset(&p->cpus_mask, ever) &&
	     !(p->user_cpus_ptr && cpumask_subset(p->user_cpus_ptr, ever));
	raw_spin_unlock_irqrestore(&p->pi_lock, flags);
	return is;
}

/*
 * Is it attached, or about to get back what it was?  turbo_thread_find() no
 * longer finds those while all are being detached.
 * Context: turbo_mutex held.
 */
static bool is_ours(const struct task_struct *p)
{
	struct turbo_thread *th;

	turbo_for_each_thread(th)
		if (th->task == p)
			return true;
	return false;
}

/*
 * The worker in the process of @p with the lowest thread id above @*after that
 * has inherited turbo cores.  A task that is dead still has its signal_struct,
 * and so the list.
 * Context: turbo_mutex held.
 * Return: the worker, with a reference, or NULL.
 */
static struct task_struct *stray(struct task_struct *p, pid_t *after)
{
	struct task_struct *t, *found = NULL;

	rcu_read_lock();
	for_each_thread(p, t) {
		if (!is_worker(t) || (t->flags & PF_EXITING) ||
		    t->pid <= *after || (found && t->pid > found->pid) ||
		    !strayed(t) || is_ours(t))
			continue;
		found = t;
	}
	if (found) {
		get_task_struct(found);
		*after = found->pid;
	}
	rcu_read_unlock();
	return found;
}

/**
 * turbo_child_sweep - put right workers that have inherited from a thread
 * @th: the thread, whose process may have others that are attached; it is dead
 *      or has got back what it was
 *
 * One that somebody has bound to turbo cores stays there.  Of several makers it
 * gets what the first one does that is detached.  One that is being made right
 * now is missed.
 *
 * Context: task context, turbo_mutex held, may sleep.
 */
void turbo_child_sweep(const struct turbo_thread *th)
{
	struct task_struct *worker;
	struct turbo_child *c;
	pid_t after = 0;

	lockdep_assert_held(&turbo_mutex);
	while ((worker = stray(th->task, &after))) {
		c = child_alloc();
		if (!c) {
			pr_warn("thread %d (%s) keeps what it inherited: out of memory\n",
				worker->pid, worker->comm);
			put_task_struct(worker);
			break;
		}
		c->task = worker;
		turbo_attrs_current(&c->inherited, worker);
		turbo_attrs_restore_child(worker, &c->inherited, &th->orig);
		child_free(c);
	}
}

/* Forget children put right @memory ago.  Context: turbo_mutex held. */
static void expire(unsigned long memory)
{
	struct turbo_child *c, *tmp;
	LIST_HEAD(old);

	spin_lock(&table_lock);
	list_for_each_entry_safe(c, tmp, &done_list, done) {
		if (time_before(jiffies, c->when + memory))
			break;
		hlist_del_rcu(&c->hash);
		list_move_tail(&c->done, &old);
	}
	spin_unlock(&table_lock);
	if (list_empty(&old))
		return;
	synchronize_rcu();
	list_for_each_entry_safe(c, tmp, &old, done)
		child_free(c);
}

static void work_fn(struct work_struct *work)
{
	struct turbo_child *c, *tmp;
	bool more;

	llist_for_each_entry_safe(c, tmp, llist_del_all(&todo_list), todo) {
		mutex_lock(&turbo_mutex);
		/* it may have been attached itself since */
		if (!turbo_thread_find(c->task))
			turbo_attrs_restore_child(c->task, &c->inherited,
						  &c->orig);
		c->when = jiffies;
		list_add_tail(&c->done, &done_list);
		mutex_unlock(&turbo_mutex);
	}
	mutex_lock(&turbo_mutex);
	expire(MEMORY);
	more = !list_empty(&done_list);
	mutex_unlock(&turbo_mutex);
	/* does nothing if a fork has set it going meanwhile */
	if (more)
		queue_delayed_work(turbo_wq, &child_work, MEMORY);
}

/**
 * turbo_child_exit - put right and forget all children
 *
 * Context: task context; the hooks are down, so that none is added.
 */
void turbo_child_exit(void)
{
	mod_delayed_work(turbo_wq, &child_work, 0);
	flush_delayed_work(&child_work);
	cancel_delayed_work_sync(&child_work);
	mutex_lock(&turbo_mutex);
	expire(0);
	mutex_unlock(&turbo_mutex);
}
