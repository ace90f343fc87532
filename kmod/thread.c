// SPDX-License-Identifier: GPL-2.0
/*
 * thread.c - threads under SCHED_TURBO: attach, detach, and their end
 *
 * A thread is found by its task_struct in a hash table that the fast path
 * reads under RCU.  Who may still hold a pointer to a struct turbo_thread
 * when it is freed, and why none does:
 *
 *  - a probe that found it in the table: it was unlinked, and
 *    synchronize_rcu() has waited for the probes, which run with interrupts
 *    off or under rcu_read_lock();
 *  - a turbo core that has it as its current thread: turbo_slice_forget()
 *    has made each core let go, and none finds it in the table again;
 *  - the list of threads to reap: whoever sets @reaping first, the exit hook
 *    or the detach, decides who frees.
 */
#include <linux/cpu.h>
#include <linux/hash.h>
#include <linux/llist.h>
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "api.h"
#include "policy/placement.h"
#include "policy/slice_math.h"
#include "slice.h"
#include "trace.h"
#include "vm.h"

#define TABLE_BITS	8

static struct hlist_head table[1 << TABLE_BITS];

/* Under turbo_mutex. */
LIST_HEAD(turbo_threads);
unsigned int turbo_nr_threads;

static LLIST_HEAD(reap_list);

static struct hlist_head *bucket(const struct task_struct *p)
{
	return &table[hash_ptr(p, TABLE_BITS)];
}

/**
 * turbo_thread_find - is this task attached?
 * @p: the task; only its address is used
 *
 * Context: any; interrupts off, or rcu_read_lock(), or turbo_mutex held.
 * Return: the thread, or NULL.
 */
struct turbo_thread *turbo_thread_find(const struct task_struct *p)
{
	struct turbo_thread *th;

	/* notrace: lockdep's own check may trace, and we are in a tracepoint */
	hlist_for_each_entry_rcu_notrace(th, bucket(p), hash)
		if (th->task == p)
			return th;
	return NULL;
}

/* Context: nobody has a pointer to @th any more. */
static void thread_free(struct turbo_thread *th)
{
	turbo_attrs_free(&th->orig);
	free_cpumask_var(th->set_cpus);
	put_task_struct(th->task);
	kfree(th);
}

/* Let no probe find @th any more.  Context: turbo_mutex held. */
static void hide(struct turbo_thread *th)
{
	hlist_del_rcu(&th->hash);
	WRITE_ONCE(th->gone, true);
}

/*
 * Wait until nobody has a pointer to a thread that was hidden.  A probe that
 * found it before may make it the current thread of its core; after the grace
 * period there is no such probe, and then the cores are made to let go.
 * Context: turbo_mutex held.
 */
static void let_go(void)
{
	int cpu;

	synchronize_rcu();
	for_each_cpu(cpu, turbo_pool_live())
		turbo_slice_forget(turbo_pool_core(cpu));
}

/*
 * Undo attach() for @th, which is hidden and let go; it is freed here or, if
 * it is on the reap list, there.
 * Context: turbo_mutex held, may sleep.
 */
static void undo(struct turbo_thread *th, u32 *changed)
{
	struct turbo_core *home = turbo_pool_core(th->home);
	struct turbo_vm *vm = th->vm;

	lockdep_assert_held(&turbo_mutex);
	if (!(th->task->flags & PF_EXITING)) {
		turbo_attrs_restore(th);
		/* on other cores now: whether to hold it back is open again */
		turbo_vcpu_moved(th->task);
	}
	turbo_child_sweep(th);
	trace_sched_turbo_detach(th->task, th->changed);
	if (changed)
		*changed = th->changed;
	if (home)
		home->nr_threads--;
	/* let go, so that nobody else does this now */
	turbo_slice_waits(th, NULL);
	th->undone = true;
	list_del(&th->node);
	turbo_vm_put(vm);
	turbo_nr_threads--;
	if (!test_and_set_bit(0, &th->reaping))
		thread_free(th);
}

/**
 * turbo_thread_drop - detach a thread
 * @th: the thread
 * @changed: out: SCHED_TURBO_CHANGED_*; may be NULL
 *
 * Context: task context, turbo_mutex held, may sleep.
 */
void turbo_thread_drop(struct turbo_thread *th, u32 *changed)
{
	hide(th);
	let_go();
	undo(th, changed);
	turbo_hooks_put_later();
}

/* Refuse what cannot be attached.  Context: turbo_mutex held. */
static int attachable(struct task_struct *p, u64 slice_ns)
{
	if (slice_ns && !turbo_slice_valid(slice_ns, SCHED_TURBO_SLICE_MIN_NS,
					   SCHED_TURBO_SLICE_MAX_NS)) {
		pr_notice("thread %d: slice %llu ns is not within %llu to %llu ns\n",
			  p->pid, slice_ns, SCHED_TURBO_SLICE_MIN_NS,
			  SCHED_TURBO_SLICE_MAX_NS);
		return -ERANGE;
	}
	if (p->flags & PF_KTHREAD) {
		pr_notice("thread %d (%s): is a kernel thread\n", p->pid,
			  p->comm);
		return -EOPNOTSUPP;
	}
	if (p->flags & PF_EXITING) {
		pr_notice("thread %d (%s): is exiting\n", p->pid, p->comm);
		return -ESRCH;
	}
	if (cpumask_empty(turbo_pool_live())) {
		pr_notice("thread %d (%s): there is no turbo core for it\n",
			  p->pid, p->comm);
		return -ENODEV;
	}
	return 0;
}

/* Attach @p, which is not attached.  Context: turbo_mutex held. */
static int attach(struct task_struct *p, u64 slice_ns)
{
	struct turbo_thread *th;
	int err;

	th = kzalloc(sizeof(*th), GFP_KERNEL);
	if (!th)
		return -ENOMEM;
	err = turbo_attrs_save(&th->orig, p);
	if (err)
		goto err_free;
	err = -ENOMEM;
	if (!zalloc_cpumask_var(&th->set_cpus, GFP_KERNEL))
		goto err_attrs;
	th->vm = turbo_vm_get(p);
	if (IS_ERR(th->vm)) {
		err = PTR_ERR(th->vm);
		goto err_cpus;
	}
	th->task = get_task_struct(p);
	th->own_slice_ns = slice_ns;
	th->set_policy = th->orig.policy;
	th->set_nice = th->orig.nice;
	th->set_slice_ns = th->orig.slice_ns;
	th->home = -1;
	th->last_cpu = -1;
	th->demand = TURBO_DEMAND_ONE;
	list_add_tail(&th->node, &turbo_threads);
	turbo_nr_threads++;
	hlist_add_head_rcu(&th->hash, bucket(p));
	/*
	 * The exit hook is behind the setting of PF_EXITING: either it finds
	 * @th in the table, or we see the flag.
	 */
	smp_mb();
	err = turbo_place_move(th, turbo_place_thread(th));
	if (!err && (p->flags & PF_EXITING))
		err = -ESRCH;
	if (err) {
		pr_notice("thread %d (%s): cannot be attached: %d\n", p->pid,
			  p->comm, err);
		hide(th);
		let_go();
		undo(th, NULL);
		return err;
	}
	trace_sched_turbo_attach(p, th->home, th->set_slice_ns);
	turbo_keeper_start();
	return 0;

err_cpus:
	free_cpumask_var(th->set_cpus);
err_attrs:
	turbo_attrs_free(&th->orig);
err_free:
	kfree(th);
	return err;
}

/**
 * turbo_thread_attach - put a thread under SCHED_TURBO
 * @p: the thread
 * @slice_ns: its own slice, or 0
 * @update: if it is attached already, just set its slice
 *
 * Context: task context, may sleep.
 * Return: 0 or an error as of SCHED_TURBO_IOC_ATTACH.
 */
int turbo_thread_attach(struct task_struct *p, u64 slice_ns, bool update)
{
	struct turbo_thread *th;
	bool keep = false;
	int err;

	err = turbo_hooks_get();
	if (err)
		return err;
	/* no CPU half-way between online and active while we place it */
	cpus_read_lock();
	mutex_lock(&turbo_mutex);
	err = attachable(p, slice_ns);
	if (err)
		goto out;
	th = turbo_thread_find(p);
	if (!th) {
		err = attach(p, slice_ns);
		keep = !err;
	} else if (update) {
		WRITE_ONCE(th->own_slice_ns, slice_ns);
		err = turbo_attrs_apply(th);
	} else {
		pr_notice("thread %d (%s): is attached already\n", p->pid,
			  p->comm);
		err = -EALREADY;
	}
out:
	mutex_unlock(&turbo_mutex);
	cpus_read_unlock();
	/* one user of the hooks for each attached thread */
	if (!keep)
		turbo_hooks_put();
	return err;
}

/**
 * turbo_thread_detach - give a thread back what it was
 * @p: the thread
 * @changed: out: SCHED_TURBO_CHANGED_*; may be NULL
 *
 * Context: task context, may sleep.
 * Return: 0, or -ENOENT.
 */
int turbo_thread_detach(struct task_struct *p, u32 *changed)
{
	struct turbo_thread *th;
	int err = 0;

	mutex_lock(&turbo_mutex);
	th = turbo_thread_find(p);
	if (th) {
		turbo_thread_drop(th, changed);
	} else {
		pr_notice("thread %d (%s): is not attached\n", p->pid, p->comm);
		err = -ENOENT;
	}
	mutex_unlock(&turbo_mutex);
	turbo_hooks_settle();
	return err;
}

/**
 * turbo_thread_restore_all - detach every thread
 *
 * Context: task context, turbo_mutex held, may sleep.
 */
void turbo_thread_restore_all(void)
{
	struct turbo_thread *th, *tmp;

	lockdep_assert_held(&turbo_mutex);
	if (list_empty(&turbo_threads))
		return;
	/* one grace period for all of them */
	turbo_for_each_thread(th)
		hide(th);
	let_go();
	list_for_each_entry_safe(th, tmp, &turbo_threads, node) {
		undo(th, NULL);
		turbo_hooks_put_later();
	}
}

static void reap_work_fn(struct work_struct *work)
{
	struct llist_node *list = llist_del_all(&reap_list);
	struct turbo_thread *th, *tmp;

	mutex_lock(&turbo_mutex);
	/* one grace period for all, so that an exit storm is soon over */
	llist_for_each_entry(th, list, reap_node)
		if (!th->undone)
			hide(th);
	let_go();
	llist_for_each_entry_safe(th, tmp, list, reap_node) {
		if (!th->undone) {
			undo(th, NULL);
			turbo_hooks_put_later();
		}
		thread_free(th);
	}
	mutex_unlock(&turbo_mutex);
}

static DECLARE_WORK(reap_work, reap_work_fn);

/**
 * turbo_thread_reap - a thread exits, or becomes another program
 * @th: the thread
 *
 * Context: hook in the thread itself, under rcu_read_lock().
 */
void turbo_thread_reap(struct turbo_thread *th)
{
	if (test_and_set_bit(0, &th->reaping))
		return;
	llist_add(&th->reap_node, &reap_list);
	queue_work(turbo_wq, &reap_work);
}

/**
 * turbo_thread_strayed - an attached thread leaves the turbo cores
 * @th: the thread
 *
 * Somebody has set its affinity, or its cpuset has changed.  The keeper
 * brings it back.
 *
 * Context: hook, runqueue or pi_lock held, interrupts off.
 */
void turbo_thread_strayed(struct turbo_thread *th)
{
	/* on its way to its first core it may come by others */
	if (READ_ONCE(th->home) < 0)
		return;
	th->stat.strays++;
	/* it does not wait for a turbo core now */
	turbo_slice_waits(th, NULL);
	th->ready_ns = 0;
	turbo_keeper_kick();
}

/**
 * turbo_thread_exit - detach everything and wait for what is under way
 *
 * Context: task context, module unload: nobody attaches any more.
 */
void turbo_thread_exit(void)
{
	mutex_lock(&turbo_mutex);
	turbo_thread_restore_all();
	mutex_unlock(&turbo_mutex);
	/* takes the hooks down: no more exits, execs or forks are reported */
	turbo_hooks_settle();
	/* the threads that were exiting; their puts come last */
	flush_work(&reap_work);
	turbo_hooks_settle();
	turbo_child_exit();
}

int sched_turbo_attach_task(struct task_struct *p, u64 slice_ns, bool update)
{
	return turbo_thread_attach(p, slice_ns, update);
}
EXPORT_SYMBOL_GPL(sched_turbo_attach_task);

int sched_turbo_detach_task(struct task_struct *p)
{
	return turbo_thread_detach(p, NULL);
}
EXPORT_SYMBOL_GPL(sched_turbo_detach_task);

bool sched_turbo_task_query(struct task_struct *p, u64 *slice_ns)
{
	struct turbo_thread *th;

	rcu_read_lock();
	th = turbo_thread_find(p);
	if (th)
		*slice_ns = READ_ONCE(th->set_slice_ns);
	rcu_read_unlock();
	return th;
}
EXPORT_SYMBOL_GPL(sched_turbo_task_query);

void sched_turbo_task_settle(void)
{
	/* held from hiding a thread until it has been given back what it was */
	mutex_lock(&turbo_mutex);
	mutex_unlock(&turbo_mutex);
}
EXPORT_SYMBOL_GPL(sched_turbo_task_settle);
