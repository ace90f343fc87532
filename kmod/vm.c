// SPDX-License-Identifier: GPL-2.0
/*
 * vm.c - virtual machines
 *
 * A VM is there while one of its threads is attached, or until it is taken
 * away if it was added by hand.  Its vCPUs are in vcpu.c.
 *
 * Freeing: what is out of the tables is found by no hook after a grace period;
 * then all CPUs let go of it; then only work for the task can be left, which
 * has a reference of its own.
 */
#include <linux/hash.h>
#include <linux/ktime.h>
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "vm.h"

#define TABLE_BITS	8

/* New vCPUs are looked for no more often than that. */
#define SCAN_MS		10

static struct hlist_head vm_table[1 << TABLE_BITS];

/* Under turbo_mutex; the tick and the hooks read it by RCU. */
LIST_HEAD(turbo_vms);
unsigned int turbo_nr_vms;

/* Hidden, to be let go of.  Under turbo_mutex. */
static LIST_HEAD(dead_vms);

static void clear_fn(struct work_struct *work);
static DECLARE_WORK(clear_work, clear_fn);
static DECLARE_DELAYED_WORK(scan_work, clear_fn);
static u64 scanned_ns;

static struct hlist_head *vm_bucket(const struct pid *tgid)
{
	return &vm_table[hash_ptr(tgid, TABLE_BITS)];
}

/* Context: as turbo_vcpu_find(). */
static struct turbo_vm *vm_find(const struct pid *tgid)
{
	struct turbo_vm *vm;

	hlist_for_each_entry_rcu_notrace(vm, vm_bucket(tgid), hash)
		if (vm->tgid == tgid)
			return vm;
	return NULL;
}

/**
 * turbo_vm_free - one reference less
 * @vm: the VM
 *
 * Context: any.
 */
void turbo_vm_free(struct turbo_vm *vm)
{
	if (!refcount_dec_and_test(&vm->refs))
		return;
	put_pid(vm->tgid);
	kfree_rcu(vm, rcu);
}

/* Context: turbo_mutex held. */
static void vm_hide(struct turbo_vm *vm)
{
	struct turbo_vcpu *v, *tmp;

	list_for_each_entry_safe(v, tmp, &vm->vcpus, node)
		turbo_vcpu_hide(v);
	hlist_del_rcu(&vm->hash);
	list_del_rcu(&vm->node);
	turbo_nr_vms--;
	list_add_tail(&vm->dead_node, &dead_vms);
	queue_work(turbo_wq, &clear_work);
}

/* Is there anything left that makes it a VM?  Context: turbo_mutex held. */
static void vm_check(struct turbo_vm *vm)
{
	if (!vm->nr_threads && !vm->by_hand)
		vm_hide(vm);
}

/* Find the vCPUs of a VM that are not known.  Context: turbo_mutex held. */
static void vm_scan(struct turbo_vm *vm)
{
	struct task_struct *leader, *p;
	bool found = false;

	lockdep_assert_held(&turbo_mutex);
	WRITE_ONCE(scanned_ns, ktime_get_ns());
	WRITE_ONCE(vm->rescan, false);
	rcu_read_lock();
	leader = pid_task(vm->tgid, PIDTYPE_TGID);
	if (leader)
		for_each_thread(leader, p) {
			if (!turbo_vcpu_runs(p) || turbo_vcpu_find(p) ||
			    p->flags & PF_EXITING)
				continue;
			if (turbo_vcpu_add(vm, p))
				break;
			found = true;
		}
	rcu_read_unlock();
	if (found)
		turbo_account_resync();
}

/* The VM of a process, made if it is new.  Context: turbo_mutex held. */
static struct turbo_vm *vm_make(struct task_struct *p)
{
	struct pid *tgid = get_task_pid(p, PIDTYPE_TGID);
	struct turbo_vm *vm;

	lockdep_assert_held(&turbo_mutex);
	if (!tgid)
		return ERR_PTR(-ESRCH);
	vm = vm_find(tgid);
	if (vm) {
		put_pid(tgid);
		return vm;
	}
	vm = kzalloc(sizeof(*vm), GFP_KERNEL);
	if (!vm) {
		put_pid(tgid);
		return ERR_PTR(-ENOMEM);
	}
	refcount_set(&vm->refs, 1);
	vm->tgid = tgid;
	vm->weight = SCHED_TURBO_WEIGHT_DEFAULT;
	vm->floor_permille = SCHED_TURBO_FLOOR_DEFAULT;
	INIT_LIST_HEAD(&vm->vcpus);
	/* without it the VM runs as it would on stock Linux, and says so */
	vm->off = turbo_budget_room(turbo_nr_vms + 1);
	if (vm->off)
		pr_warn("process %d: out of memory, it has no budget\n",
			pid_nr(tgid));
	turbo_nr_vms++;
	list_add_tail_rcu(&vm->node, &turbo_vms);
	hlist_add_head_rcu(&vm->hash, vm_bucket(tgid));
	turbo_budget_start();
	vm_scan(vm);
	return vm;
}

/**
 * turbo_vm_get - the VM of a thread that is being attached
 * @p: the thread, which becomes one of the VM's, vCPU or not
 *
 * Context: turbo_mutex held, may sleep; the hooks are up.
 * Return: the VM or an error.
 */
struct turbo_vm *turbo_vm_get(struct task_struct *p)
{
	struct turbo_vm *vm = vm_make(p);

	if (IS_ERR(vm))
		return vm;
	vm->nr_threads++;
	if (!turbo_vcpu_find(p) && !turbo_vcpu_add(vm, p))
		turbo_account_resync();
	return vm;
}

/**
 * turbo_vm_put - an attached thread has left
 * @vm: its VM
 *
 * Context: turbo_mutex held, may sleep.
 */
void turbo_vm_put(struct turbo_vm *vm)
{
	lockdep_assert_held(&turbo_mutex);
	vm->nr_threads--;
	/* one that was added by hand may have been taken away already */
	vm_check(vm);
}

static int check_values(struct task_struct *p, u32 flags, u32 weight,
			u32 floor_permille)
{
	if (flags & SCHED_TURBO_VM_SET_WEIGHT &&
	    (!weight || weight > SCHED_TURBO_WEIGHT_MAX)) {
		pr_notice("process %d: weight %u is not within 1 to %u\n",
			  p->pid, weight, SCHED_TURBO_WEIGHT_MAX);
		return -ERANGE;
	}
	if (flags & SCHED_TURBO_VM_SET_FLOOR &&
	    floor_permille > SCHED_TURBO_FLOOR_MAX) {
		pr_notice("process %d: floor %u is not within 0 to %u permille\n",
			  p->pid, floor_permille, SCHED_TURBO_FLOOR_MAX);
		return -EDOM;
	}
	return 0;
}

static void set_values(struct turbo_vm *vm, u32 flags, u32 weight,
		       u32 floor_permille)
{
	if (flags & SCHED_TURBO_VM_SET_WEIGHT)
		WRITE_ONCE(vm->weight, weight);
	if (flags & SCHED_TURBO_VM_SET_FLOOR)
		WRITE_ONCE(vm->floor_permille, floor_permille);
}

/**
 * turbo_vm_add - give a process a budget though no thread of it is attached
 * @p: the leader of the process
 * @flags: SCHED_TURBO_VM_SET_*
 * @weight: if so
 * @floor_permille: if so
 *
 * Context: task context, may sleep.
 * Return: 0, or an error as of SCHED_TURBO_IOC_VM_ADD.
 */
int turbo_vm_add(struct task_struct *p, u32 flags, u32 weight,
		 u32 floor_permille)
{
	struct turbo_vm *vm;
	int err;

	err = check_values(p, flags, weight, floor_permille);
	if (!err)
		err = turbo_hooks_get();
	if (err)
		return err;
	mutex_lock(&turbo_mutex);
	if (p->flags & PF_KTHREAD) {
		pr_notice("process %d (%s): is a kernel thread\n", p->pid,
			  p->comm);
		err = -EOPNOTSUPP;
		goto out;
	}
	if (!atomic_read(&p->signal->live)) {
		pr_notice("process %d (%s): has exited\n", p->pid, p->comm);
		err = -ESRCH;
		goto out;
	}
	vm = vm_make(p);
	if (IS_ERR(vm)) {
		err = PTR_ERR(vm);
		goto out;
	}
	if (vm->by_hand) {
		pr_notice("process %d (%s): is added already\n", p->pid,
			  p->comm);
		err = -EALREADY;
		goto out;
	}
	vm->by_hand = true;
	set_values(vm, flags, weight, floor_permille);
	/* as in turbo_vcpu_add(); the last thread may be gone by now */
	smp_mb();
	if (!atomic_read(&p->signal->live)) {
		WRITE_ONCE(vm->over, true);
		queue_work(turbo_wq, &clear_work);
	}
out:
	mutex_unlock(&turbo_mutex);
	if (err)
		turbo_hooks_put();
	return err;
}

/* Context: turbo_mutex held. */
static void vm_del(struct turbo_vm *vm)
{
	vm->by_hand = false;
	turbo_hooks_put_later();
	vm_check(vm);
}

/**
 * turbo_vm_del - undo turbo_vm_add()
 * @p: the leader of the process
 *
 * Context: task context, may sleep.
 * Return: 0, or an error as of SCHED_TURBO_IOC_VM_DEL.
 */
int turbo_vm_del(struct task_struct *p)
{
	struct turbo_vm *vm;
	int err = 0;

	mutex_lock(&turbo_mutex);
	vm = vm_find(task_tgid(p));
	if (vm && vm->by_hand) {
		vm_del(vm);
	} else {
		pr_notice("process %d (%s): was not added as a VM\n", p->pid,
			  p->comm);
		err = -ENOENT;
	}
	mutex_unlock(&turbo_mutex);
	flush_work(&clear_work);
	turbo_hooks_settle();
	return err;
}

/**
 * turbo_vm_set - change the weight or the floor of a VM
 * @p: the leader of the process
 * @flags: SCHED_TURBO_VM_SET_*
 * @weight: if so
 * @floor_permille: if so
 *
 * Context: task context, may sleep.
 * Return: 0, or an error as of SCHED_TURBO_IOC_VM_SET.
 */
int turbo_vm_set(struct task_struct *p, u32 flags, u32 weight,
		 u32 floor_permille)
{
	struct turbo_vm *vm;
	int err;

	err = check_values(p, flags, weight, floor_permille);
	if (err)
		return err;
	mutex_lock(&turbo_mutex);
	vm = vm_find(task_tgid(p));
	if (vm) {
		set_values(vm, flags, weight, floor_permille);
	} else {
		pr_notice("process %d (%s): is no VM of ours\n", p->pid,
			  p->comm);
		err = -ENOENT;
	}
	mutex_unlock(&turbo_mutex);
	return err;
}

/* Whoever goes in and out of KVM_RUN with ever new threads keeps nobody busy. */
static void notice_fn(struct irq_work *work)
{
	u64 since = ktime_get_ns() - READ_ONCE(scanned_ns);

	queue_delayed_work(turbo_wq, &scan_work,
			   since > SCAN_MS * NSEC_PER_MSEC ?
			   0 : msecs_to_jiffies(SCAN_MS));
}

static DEFINE_IRQ_WORK(notice, notice_fn);

/**
 * turbo_vm_notice - a thread that is not known is in KVM_RUN
 * @p: the thread, which is about to run
 *
 * Context: hook, runqueue lock held, interrupts off.
 */
void turbo_vm_notice(struct task_struct *p)
{
	struct turbo_vm *vm = vm_find(task_tgid(p));

	if (!vm || vm->off || READ_ONCE(vm->rescan))
		return;
	WRITE_ONCE(vm->rescan, true);
	irq_work_queue(&notice);
}

/**
 * turbo_vm_thread_over - a thread exits or becomes another program
 * @p: the thread
 * @exec: the latter
 *
 * Context: hook in the thread itself.
 */
void turbo_vm_thread_over(struct task_struct *p, bool exec)
{
	struct turbo_vm *vm;
	bool work;

	rcu_read_lock();
	work = turbo_vcpu_over(p);
	if (exec || !atomic_read(&p->signal->live)) {
		vm = vm_find(task_tgid(p));
		if (vm) {
			WRITE_ONCE(vm->over, true);
			work = true;
		}
	}
	rcu_read_unlock();
	if (work)
		queue_work(turbo_wq, &clear_work);
}

/* Take note of exits, new vCPUs, ends.  Context: turbo_mutex held. */
static void look_after(void)
{
	struct turbo_vm *vm, *tmp;

	turbo_vcpu_reap();
	list_for_each_entry_safe(vm, tmp, &turbo_vms, node) {
		if (READ_ONCE(vm->rescan))
			vm_scan(vm);
		/* what is added from now on is the new program */
		if (xchg(&vm->over, false) && vm->by_hand)
			vm_del(vm);
	}
}

/**
 * turbo_vm_work_soon - let the worker look after VMs and vCPUs
 *
 * Context: any but under a runqueue or pi_lock.
 */
void turbo_vm_work_soon(void)
{
	queue_work(turbo_wq, &clear_work);
}

/* Let go of what is hidden.  Context: turbo_mutex held, may sleep. */
static void bury(void)
{
	struct turbo_vm *vm, *tmp;

	if (!turbo_vcpu_any_dead() && list_empty(&dead_vms))
		return;
	synchronize_rcu();
	turbo_account_forget();
	turbo_vcpu_bury();
	list_for_each_entry_safe(vm, tmp, &dead_vms, dead_node) {
		list_del(&vm->dead_node);
		turbo_vm_free(vm);
	}
}

static void clear_fn(struct work_struct *work)
{
	mutex_lock(&turbo_mutex);
	look_after();
	bury();
	mutex_unlock(&turbo_mutex);
}

/**
 * turbo_vm_exit - take all VMs away that were added by hand
 *
 * Context: task context, module unload: no thread is attached any more and
 * nobody adds anything.  The hooks of what this lets go of are down when it
 * returns, and no vCPU is left.
 */
void turbo_vm_exit(void)
{
	struct turbo_vm *vm, *tmp;

	mutex_lock(&turbo_mutex);
	list_for_each_entry_safe(vm, tmp, &turbo_vms, node)
		if (vm->by_hand)
			vm_del(vm);
	mutex_unlock(&turbo_mutex);
	turbo_hooks_settle();
	/* no exits, and no vCPUs, are reported any more */
	irq_work_sync(&notice);
	cancel_delayed_work_sync(&scan_work);
	queue_work(turbo_wq, &clear_work);
	flush_work(&clear_work);
}
