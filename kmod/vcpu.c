// SPDX-License-Identifier: GPL-2.0
/*
 * vcpu.c - the vCPU threads of virtual machines
 *
 * They are found by what they do: they are in KVM_RUN.  So the names that QEMU,
 * or another program, gives its threads do not matter, and a vCPU that is
 * added later joins at its first switch there.  Threads that are attached
 * belong to them in any case.
 */
#include <linux/hash.h>
#include <linux/ktime.h>
#include <linux/kvm.h>
#include <linux/pid.h>
#include <linux/ptrace.h>
#include <linux/rculist.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "vm.h"

#define TABLE_BITS	8

static struct hlist_head vcpu_table[1 << TABLE_BITS];

/* Hidden, to be let go of.  Under turbo_mutex. */
static LIST_HEAD(dead_vcpus);
static LLIST_HEAD(reap_list);

/**
 * turbo_vcpu_runs - is a thread in KVM_RUN?
 * @p: the thread
 *
 * Other calls load a vCPU as well, for a moment: QEMU's main thread sets one
 * up, say.  So the system call must be the right one, too.
 *
 * Context: any under RCU.
 */
bool turbo_vcpu_runs(struct task_struct *p)
{
#ifdef CONFIG_X86_64
	struct pt_regs regs;
#endif

	if (!turbo_in_guest_loop(p))
		return false;
#ifdef CONFIG_X86_64
	/* its stack may go if it is just leaving */
	if (copy_from_kernel_nofault(&regs, task_pt_regs(p), sizeof(regs)))
		return false;
	/* of 32-bit programs the first test must do */
	if (user_64bit_mode(&regs))
		return (u32)regs.si == KVM_RUN;
#endif
	return true;
}

static struct hlist_head *vcpu_bucket(const struct task_struct *p)
{
	return &vcpu_table[hash_ptr(p, TABLE_BITS)];
}

/**
 * turbo_vcpu_find - is this task a vCPU of a VM that is known?
 * @p: the task; only its address is used
 *
 * Context: any; interrupts off, or rcu_read_lock(), or turbo_mutex held.
 */
struct turbo_vcpu *turbo_vcpu_find(const struct task_struct *p)
{
	struct turbo_vcpu *v;

	hlist_for_each_entry_rcu_notrace(v, vcpu_bucket(p), hash)
		if (v->task == p)
			return v;
	return NULL;
}

/**
 * turbo_vcpu_free - one reference less
 * @v: the vCPU
 *
 * Context: any.
 */
void turbo_vcpu_free(struct turbo_vcpu *v)
{
	if (!refcount_dec_and_test(&v->refs))
		return;
	turbo_vm_free(v->vm);
	put_task_struct(v->task);
	kfree_rcu(v, rcu);
}

/**
 * turbo_vcpu_hide - let no hook find a vCPU any more, and let it go on
 * @v: the vCPU
 *
 * Context: turbo_mutex held.
 */
void turbo_vcpu_hide(struct turbo_vcpu *v)
{
	hlist_del_rcu(&v->hash);
	list_del_rcu(&v->node);
	v->vm->nr_vcpus--;
	WRITE_ONCE(v->gone, true);
	turbo_park_leave(v);
	/* readers still go from it to the next one: another list head */
	list_add_tail(&v->dead_node, &dead_vcpus);
	turbo_vm_work_soon();
}

/**
 * turbo_vcpu_add - a VM has one vCPU more
 * @vm: the VM
 * @p: the thread
 *
 * Without memory the VM has no budget any more.
 *
 * Context: turbo_mutex held; does not sleep.
 * Return: 0 or -ENOMEM.
 */
int turbo_vcpu_add(struct turbo_vm *vm, struct task_struct *p)
{
	struct turbo_vcpu *v = kzalloc(sizeof(*v), GFP_ATOMIC);

	lockdep_assert_held(&turbo_mutex);
	if (!v) {
		if (!vm->off)
			pr_warn("process %d: out of memory, it has no budget from now on\n",
				pid_nr(vm->tgid));
		vm->off = true;
		return -ENOMEM;
	}
	v->task = get_task_struct(p);
	v->vm = vm;
	refcount_inc(&vm->refs);
	refcount_set(&v->refs, 1);
	v->room = -1;
	v->woken_on = -1;
	seqcount_init(&v->seq);
	v->since_ns = ktime_get_ns();
	vm->nr_vcpus++;
	list_add_tail_rcu(&v->node, &vm->vcpus);
	hlist_add_head_rcu(&v->hash, vcpu_bucket(p));
	/* The exit hook is behind PF_EXITING: it finds @v, or we see the flag. */
	smp_mb();
	if (p->flags & PF_EXITING && !test_and_set_bit(0, &v->reaping))
		turbo_vcpu_hide(v);
	return 0;
}

/**
 * turbo_vcpu_moved - let a thread go on, if it is held back, on other cores
 * @p: the thread
 *
 * Context: turbo_mutex held.
 */
void turbo_vcpu_moved(struct task_struct *p)
{
	struct turbo_vcpu *v = turbo_vcpu_find(p);

	lockdep_assert_held(&turbo_mutex);
	if (v)
		turbo_park_leave(v);
}

/**
 * turbo_vcpu_over - a thread exits or becomes another program
 * @p: the thread
 *
 * Context: hook in the thread itself, under rcu_read_lock().
 * Return: is there something for turbo_vcpu_reap() to do?
 */
bool turbo_vcpu_over(struct task_struct *p)
{
	struct turbo_vcpu *v = turbo_vcpu_find(p);

	if (!v || test_and_set_bit(0, &v->reaping))
		return false;
	refcount_inc(&v->refs);
	llist_add(&v->reap_node, &reap_list);
	return true;
}

/**
 * turbo_vcpu_reap - hide those whose thread is over
 *
 * Context: turbo_mutex held.
 */
void turbo_vcpu_reap(void)
{
	struct turbo_vcpu *v, *tmp;

	lockdep_assert_held(&turbo_mutex);
	llist_for_each_entry_safe(v, tmp, llist_del_all(&reap_list),
				  reap_node) {
		if (!v->gone)
			turbo_vcpu_hide(v);
		turbo_vcpu_free(v);
	}
}

/**
 * turbo_vcpu_any_dead - is there anything to bury?
 *
 * Context: turbo_mutex held.
 */
bool turbo_vcpu_any_dead(void)
{
	return !list_empty(&dead_vcpus);
}

/**
 * turbo_vcpu_bury - let go of those that are hidden
 *
 * Context: turbo_mutex held; no hook and no CPU has them any more.
 */
void turbo_vcpu_bury(void)
{
	struct turbo_vcpu *v, *tmp;

	lockdep_assert_held(&turbo_mutex);
	list_for_each_entry_safe(v, tmp, &dead_vcpus, dead_node) {
		list_del(&v->dead_node);
		turbo_account_leave(v);
		turbo_park_flush(v);
		turbo_vcpu_free(v);
	}
}
