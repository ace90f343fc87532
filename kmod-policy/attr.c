// SPDX-License-Identifier: GPL-2.0
/*
 * attr.c - struct sched_attr in user memory
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/prio.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/sched_turbo.h>
#include <uapi/linux/sched/types.h>

#include "attr.h"

/**
 * turbo_attr_peek - what kind of request is it
 * @uattr: the user's structure
 * @policy: out: sched_policy
 * @flags: out: sched_flags
 *
 * Both lie in the part that every caller has to have.
 *
 * Context: process context, no locks, may sleep.
 * Return: 0 or -EFAULT.
 */
int turbo_attr_peek(const struct sched_attr __user *uattr, u32 *policy,
		    u64 *flags)
{
	if (get_user(*policy, &uattr->sched_policy) ||
	    get_user(*flags, &uattr->sched_flags))
		return -EFAULT;
	return 0;
}

/**
 * turbo_attr_read - read a structure of any size, as sched_setattr() does
 * @uattr: the user's structure
 * @attr: out: what is in it
 *
 * Context: process context, no locks, may sleep.
 * Return: 0 or -errno.  Whatever that is, the kernel's sched_setattr() finds
 * fault with the structure as well and, unlike this function, also writes
 * back the size that it knows.
 */
int turbo_attr_read(struct sched_attr __user *uattr, struct sched_attr *attr)
{
	u32 size;
	int ret;

	memset(attr, 0, sizeof(*attr));
	if (get_user(size, &uattr->size))
		return -EFAULT;

	/* A size of 0 stands for the first version. */
	if (!size)
		size = SCHED_ATTR_SIZE_VER0;
	if (size < SCHED_ATTR_SIZE_VER0 || size > PAGE_SIZE)
		return -E2BIG;
	ret = copy_struct_from_user(attr, sizeof(*attr), uattr, size);
	if (ret)
		return ret;
	if ((attr->sched_flags & SCHED_FLAG_UTIL_CLAMP) &&
	    size < SCHED_ATTR_SIZE_VER1)
		return -EINVAL;

	attr->sched_nice = clamp(attr->sched_nice, MIN_NICE, MAX_NICE);
	return 0;
}

/**
 * turbo_attr_overwrite - turn an answer about a fair thread into ours
 * @uattr: the user's structure, filled in by sched_getattr()
 * @slice_ns: slice of the thread
 *
 * Context: process context, no locks, may sleep.
 * Return: 0 or -EFAULT.
 */
int turbo_attr_overwrite(struct sched_attr __user *uattr, u64 slice_ns)
{
	if (put_user((u32)SCHED_TURBO, &uattr->sched_policy) ||
	    put_user(slice_ns, &uattr->sched_runtime))
		return -EFAULT;
	return 0;
}
