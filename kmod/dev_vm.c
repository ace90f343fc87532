// SPDX-License-Identifier: GPL-2.0
/*
 * dev_vm.c - the calls of /dev/sched_turbo that are about VMs and budgets
 */
#include <linux/ktime.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>

#include "dev.h"
#include "vm.h"

/* The leader of a process.  Return: with a reference, or an error. */
static struct task_struct *get_leader(s32 pid)
{
	struct task_struct *p, *thread;

	rcu_read_lock();
	thread = pid > 0 ? pid_task(find_vpid(pid), PIDTYPE_PID) : NULL;
	p = pid > 0 ? pid_task(find_vpid(pid), PIDTYPE_TGID) : NULL;
	if (p)
		get_task_struct(p);
	rcu_read_unlock();
	if (p)
		return p;
	if (!thread) {
		pr_notice("process %d: does not exist\n", pid);
		return ERR_PTR(-ESRCH);
	}
	pr_notice("process %d: is a thread of another one\n", pid);
	return ERR_PTR(-EREMOTE);
}

/**
 * turbo_dev_vm - SCHED_TURBO_IOC_VM_ADD, _DEL and _SET
 * @nr: number of the call
 * @uarg: its argument
 *
 * Context: task context, may sleep.
 */
int turbo_dev_vm(unsigned int nr, void __user *uarg)
{
	u32 known = SCHED_TURBO_VM_SET_WEIGHT | SCHED_TURBO_VM_SET_FLOOR;
	struct sched_turbo_vm_op op;
	struct task_struct *p;
	int err;

	if (nr == _IOC_NR(SCHED_TURBO_IOC_VM_DEL))
		known = 0;
	err = turbo_dev_take(&op, sizeof(op), sizeof(op), uarg);
	if (!err)
		err = turbo_dev_zero("flags", op.flags & ~known) ?:
		      turbo_dev_zero("pad", op.pad);
	if (err)
		return err;
	p = get_leader(op.pid);
	if (IS_ERR(p))
		return PTR_ERR(p);
	switch (nr) {
	case _IOC_NR(SCHED_TURBO_IOC_VM_ADD):
		err = turbo_vm_add(p, op.flags, op.weight, op.floor_permille);
		break;
	case _IOC_NR(SCHED_TURBO_IOC_VM_DEL):
		err = turbo_vm_del(p);
		break;
	default:
		err = turbo_vm_set(p, op.flags, op.weight, op.floor_permille);
	}
	put_task_struct(p);
	return err;
}

/**
 * turbo_dev_period - SCHED_TURBO_IOC_PERIOD
 * @uarg: its argument
 *
 * Context: task context, may sleep.
 */
int turbo_dev_period(void __user *uarg)
{
	struct sched_turbo_period p;
	int err = turbo_dev_take(&p, sizeof(p), sizeof(p), uarg);

	if (!err)
		err = turbo_dev_zero("flags", p.flags);
	if (err)
		return err;
	mutex_lock(&turbo_mutex);
	if (p.period_ns)
		err = turbo_budget_set_period(p.period_ns);
	p.period_ns = turbo_budget_period();
	mutex_unlock(&turbo_mutex);
	return err ?: turbo_dev_give(uarg, &p, sizeof(p));
}

static u64 spent(struct turbo_vm *vm, enum turbo_kind kind,
		 enum turbo_vcpu_state state)
{
	return turbo_account_in(vm, kind, state, ktime_get_ns());
}

static void describe(struct sched_turbo_vm *out, struct turbo_vm *vm)
{
	struct turbo_use *r = &vm->use[TURBO_REGULAR];
	struct turbo_use *t = &vm->use[TURBO_TURBO];

	out->pid = pid_vnr(vm->tgid);
	if (vm->by_hand)
		out->flags |= SCHED_TURBO_VM_ADDED;
	if (vm->off)
		out->flags |= SCHED_TURBO_VM_OFF;
	out->weight = vm->weight;
	out->floor_permille = vm->floor_permille;
	out->nr_vcpus = vm->nr_vcpus;
	out->nr_threads = vm->nr_threads;
	out->periods = READ_ONCE(vm->stat.periods);
	out->periods_over = READ_ONCE(vm->stat.periods_over);
	out->holds = atomic64_read(&vm->stat.holds);
	out->dodges = atomic64_read(&vm->stat.dodges);
	out->share_ns = READ_ONCE(vm->stat.share_ns);
	out->regular_share_ns = READ_ONCE(r->stat.share_ns);
	out->turbo_share_ns = READ_ONCE(t->stat.share_ns);
	out->regular_granted_ns = READ_ONCE(r->stat.granted_ns);
	out->turbo_granted_ns = READ_ONCE(t->stat.granted_ns);
	out->regular_used_ns = READ_ONCE(r->stat.used_ns);
	out->turbo_used_ns = READ_ONCE(t->stat.used_ns);
	out->regular_wait_ns = spent(vm, TURBO_REGULAR, VCPU_WAITS);
	out->turbo_wait_ns = spent(vm, TURBO_TURBO, VCPU_WAITS);
	out->regular_held_ns = spent(vm, TURBO_REGULAR, VCPU_HELD);
	out->turbo_held_ns = spent(vm, TURBO_TURBO, VCPU_HELD);
	out->period_ns = turbo_budget_period();
}

/**
 * turbo_dev_copy_vms - make a copy of all VMs
 * @out: the copy, to be freed by kvfree()
 *
 * Context: task context, may sleep.
 * Return: how many, or -ENOMEM.
 */
int turbo_dev_copy_vms(struct sched_turbo_vm **out)
{
	struct turbo_vm *vm;
	int nr = 0;

	mutex_lock(&turbo_mutex);
	*out = kvcalloc(max(turbo_nr_vms, 1u), sizeof(**out), GFP_KERNEL);
	if (*out)
		turbo_for_each_vm(vm)
			describe(&(*out)[nr++], vm);
	else
		nr = -ENOMEM;
	mutex_unlock(&turbo_mutex);
	return nr;
}
