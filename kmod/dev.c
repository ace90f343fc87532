// SPDX-License-Identifier: GPL-2.0
/*
 * dev.c - /dev/sched_turbo, the user interface
 *
 * The meaning of each call and its errors are in the UAPI header.  Here the
 * arguments are taken in, checked, and passed on; what is refused leaves a
 * line in the kernel log that names the value.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "dev.h"
#include "vm.h"

/* Nobody needs to read more entries in one call. */
#define LIST_MAX	65536

static struct task_struct *get_task(s32 tid)
{
	struct task_struct *p;

	rcu_read_lock();
	p = tid > 0 ? pid_task(find_vpid(tid), PIDTYPE_PID) : NULL;
	if (p)
		get_task_struct(p);
	rcu_read_unlock();
	if (!p)
		pr_notice("thread %d: does not exist\n", tid);
	return p;
}

/*
 * Take in a structure that begins with its size.  @min is the size of its
 * first published version.
 */
int turbo_dev_take(void *arg, size_t size, size_t min, void __user *uarg)
{
	u32 usize;
	int err;

	if (get_user(usize, (u32 __user *)uarg))
		return -EFAULT;
	if (usize < min || usize > PAGE_SIZE) {
		pr_notice("ioctl: structure size %u, at least %zu expected\n",
			  usize, min);
		return usize < min ? -EMSGSIZE : -E2BIG;
	}
	err = copy_struct_from_user(arg, size, uarg, usize);
	if (err == -E2BIG)
		pr_notice("ioctl: structure size %u has set what this module does not know beyond %zu\n",
			  usize, size);
	return err;
}

/* Hand a structure back, no more of it than the caller knows. */
int turbo_dev_give(void __user *uarg, const void *arg, size_t size)
{
	u32 usize;

	if (get_user(usize, (u32 __user *)uarg))
		return -EFAULT;
	return copy_to_user(uarg, arg, min_t(size_t, usize, size)) ?
		-EFAULT : 0;
}

int turbo_dev_zero(const char *what, u32 value)
{
	if (!value)
		return 0;
	pr_notice("ioctl: unknown %s %#x\n", what, value);
	return -EINVAL;
}

static int dev_version(void __user *uarg)
{
	struct sched_turbo_version v;
	int err = turbo_dev_take(&v, sizeof(v), sizeof(v), uarg);

	if (err)
		return err;
	v.abi_major = SCHED_TURBO_ABI_MAJOR;
	v.abi_minor = SCHED_TURBO_ABI_MINOR;
	v.features = 0;
#ifdef TURBO_HAVE_SE_CUSTOM_SLICE
	v.features |= SCHED_TURBO_FEAT_CUSTOM_SLICE;
#endif
#ifdef TURBO_HAVE_TIF_NEED_RESCHED_LAZY
	v.features |= SCHED_TURBO_FEAT_LAZY_PREEMPT;
#endif
	if (turbo_task_work_works())
		v.features |= SCHED_TURBO_FEAT_BUDGET;
	strscpy_pad(v.release, TURBO_RELEASE, sizeof(v.release));
	return turbo_dev_give(uarg, &v, sizeof(v));
}

static int dev_attach(void __user *uarg)
{
	struct sched_turbo_attach a;
	struct task_struct *p;
	int err;

	err = turbo_dev_take(&a, sizeof(a), sizeof(a), uarg);
	if (!err)
		err = turbo_dev_zero("flags", a.flags) ?: turbo_dev_zero("pad", a.pad);
	if (err)
		return err;
	p = get_task(a.tid);
	if (!p)
		return -ESRCH;
	err = turbo_thread_attach(p, a.slice_ns, false);
	put_task_struct(p);
	return err;
}

static int dev_detach(void __user *uarg)
{
	struct sched_turbo_detach d;
	struct task_struct *p;
	int err;

	err = turbo_dev_take(&d, sizeof(d), sizeof(d), uarg);
	if (!err)
		err = turbo_dev_zero("flags", d.flags);
	if (err)
		return err;
	p = get_task(d.tid);
	if (!p)
		return -ESRCH;
	d.changed = 0;
	err = turbo_thread_detach(p, &d.changed);
	put_task_struct(p);
	return err ?: turbo_dev_give(uarg, &d, sizeof(d));
}

static int dev_core(unsigned int nr, void __user *uarg)
{
	struct sched_turbo_core_op op;
	int err;

	err = turbo_dev_take(&op, sizeof(op), sizeof(op), uarg);
	if (!err)
		err = turbo_dev_zero("flags", op.flags) ?: turbo_dev_zero("pad", op.pad);
	if (err)
		return err;
	switch (nr) {
	case _IOC_NR(SCHED_TURBO_IOC_CORE_ADD):
		return turbo_pool_add(op.cpu, op.slice_ns);
	case _IOC_NR(SCHED_TURBO_IOC_CORE_DEL):
		return turbo_pool_del(op.cpu);
	default:
		return turbo_pool_set_slice(op.cpu, op.slice_ns);
	}
}

/* Make a copy of all cores.  Return: how many, or -ENOMEM. */
static int copy_cores(struct sched_turbo_core **out)
{
	int cpu, nr = 0;

	mutex_lock(&turbo_mutex);
	*out = kvcalloc(max(cpumask_weight(turbo_pool_mask()), 1u),
			sizeof(**out), GFP_KERNEL);
	if (*out)
		for_each_cpu(cpu, turbo_pool_mask())
			turbo_stat_core(&(*out)[nr++], turbo_pool_core(cpu));
	else
		nr = -ENOMEM;
	mutex_unlock(&turbo_mutex);
	return nr;
}

/* Make a copy of all threads.  Return: how many, or -ENOMEM. */
static int copy_threads(struct sched_turbo_thread **out)
{
	struct turbo_thread *th;
	int nr = 0;

	mutex_lock(&turbo_mutex);
	*out = kvcalloc(max(turbo_nr_threads, 1u), sizeof(**out), GFP_KERNEL);
	if (*out)
		turbo_for_each_thread(th)
			turbo_stat_thread(&(*out)[nr++], th);
	else
		nr = -ENOMEM;
	mutex_unlock(&turbo_mutex);
	return nr;
}

/* Write @have entries of @size bytes at the stride the caller asked for. */
static int give_list(struct sched_turbo_list *l, const void *entries,
		     size_t size, u32 have)
{
	u32 i, nr = min3(l->nr, have, (u32)LIST_MAX);
	size_t known = min_t(size_t, size, l->entry_size);
	char __user *to = u64_to_user_ptr(l->addr);

	for (i = 0; i < nr; i++, to += l->entry_size, entries += size)
		if (copy_to_user(to, entries, known) ||
		    clear_user(to + known, l->entry_size - known))
			return -EFAULT;
	l->nr = have;
	return 0;
}

static int dev_list(unsigned int nr, void __user *uarg)
{
	struct sched_turbo_list l;
	void *entries = NULL;
	size_t size;
	int err;

	err = turbo_dev_take(&l, sizeof(l), sizeof(l), uarg);
	if (!err)
		err = turbo_dev_zero("flags", l.flags);
	if (err)
		return err;
	if (!l.entry_size || l.entry_size > PAGE_SIZE) {
		pr_notice("ioctl: entry size %u\n", l.entry_size);
		return -EINVAL;
	}
	if (nr == _IOC_NR(SCHED_TURBO_IOC_CORES)) {
		size = sizeof(struct sched_turbo_core);
		err = copy_cores((struct sched_turbo_core **)&entries);
	} else if (nr == _IOC_NR(SCHED_TURBO_IOC_VMS)) {
		size = sizeof(struct sched_turbo_vm);
		err = turbo_dev_copy_vms((struct sched_turbo_vm **)&entries);
	} else {
		size = sizeof(struct sched_turbo_thread);
		err = copy_threads((struct sched_turbo_thread **)&entries);
	}
	if (err < 0)
		return err;
	err = give_list(&l, entries, size, err);
	kvfree(entries);
	return err ?: turbo_dev_give(uarg, &l, sizeof(l));
}

static long dev_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *uarg = (void __user *)arg;

	/* the size in the command is not looked at: the structure has its own */
	if (_IOC_TYPE(cmd) != SCHED_TURBO_IOC_MAGIC)
		return -ENOTTY;
	switch (_IOC_NR(cmd)) {
	case _IOC_NR(SCHED_TURBO_IOC_VERSION):
		return dev_version(uarg);
	case _IOC_NR(SCHED_TURBO_IOC_ATTACH):
		return dev_attach(uarg);
	case _IOC_NR(SCHED_TURBO_IOC_DETACH):
		return dev_detach(uarg);
	case _IOC_NR(SCHED_TURBO_IOC_CORE_ADD):
	case _IOC_NR(SCHED_TURBO_IOC_CORE_DEL):
	case _IOC_NR(SCHED_TURBO_IOC_CORE_SLICE):
		return dev_core(_IOC_NR(cmd), uarg);
	case _IOC_NR(SCHED_TURBO_IOC_CORES):
	case _IOC_NR(SCHED_TURBO_IOC_THREADS):
	case _IOC_NR(SCHED_TURBO_IOC_VMS):
		return dev_list(_IOC_NR(cmd), uarg);
	case _IOC_NR(SCHED_TURBO_IOC_VM_ADD):
	case _IOC_NR(SCHED_TURBO_IOC_VM_DEL):
	case _IOC_NR(SCHED_TURBO_IOC_VM_SET):
		return turbo_dev_vm(_IOC_NR(cmd), uarg);
	case _IOC_NR(SCHED_TURBO_IOC_PERIOD):
		return turbo_dev_period(uarg);
	}
	return -ENOTTY;
}

static int dev_open(struct inode *inode, struct file *file)
{
	return capable(CAP_SYS_NICE) ? 0 : -EPERM;
}

static const struct file_operations dev_fops = {
	.owner		= THIS_MODULE,
	.open		= dev_open,
	.unlocked_ioctl	= dev_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.llseek		= noop_llseek,
};

static struct miscdevice dev = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "sched_turbo",
	.fops	= &dev_fops,
	.mode	= 0600,
};

/**
 * turbo_dev_init - make the device appear; from here on calls come in
 *
 * Return: 0 or what misc_register() said.
 */
int turbo_dev_init(void)
{
	return misc_register(&dev);
}

/**
 * turbo_dev_exit - no calls come in any more
 *
 * The module cannot be going while the device is open, so none is under way.
 */
void turbo_dev_exit(void)
{
	misc_deregister(&dev);
}
