// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - sched_turbo.ko: SCHED_TURBO for KVM hosts
 *
 * vTurbo (USENIX ATC 2013) for Linux: vCPU threads under SCHED_TURBO run on
 * turbo cores with micro time-slices, so that a virtual machine that shares
 * its regular cores still takes its interrupts at once.  See docs/design.md.
 */
#include <linux/cpumask.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "policy/slice_math.h"
#include "vm.h"

static char *turbo_cpus;
module_param(turbo_cpus, charp, 0444);
MODULE_PARM_DESC(turbo_cpus, "turbo cores from the start, as a CPU list (2-3)");

static unsigned int slice_us = SCHED_TURBO_SLICE_DEFAULT_NS / NSEC_PER_USEC;
module_param(slice_us, uint, 0444);
MODULE_PARM_DESC(slice_us, "their slice in microseconds, 100 to 10000");

/* Reaping, children and the keeper; a queue of our own can be flushed. */
struct workqueue_struct *turbo_wq;

static int add_turbo_cpus(void)
{
	cpumask_var_t cpus;
	int cpu, err;

	if (!turbo_cpus)
		return 0;
	if (!alloc_cpumask_var(&cpus, GFP_KERNEL))
		return -ENOMEM;
	err = cpulist_parse(turbo_cpus, cpus);
	if (err)
		pr_err("turbo_cpus=%s is not a CPU list\n", turbo_cpus);
	else
		for_each_cpu(cpu, cpus) {
			err = turbo_pool_add(cpu, slice_us * NSEC_PER_USEC);
			if (err)
				break;
		}
	free_cpumask_var(cpus);
	return err;
}

static int __init turbo_init(void)
{
	int err;

	if (!turbo_slice_valid(slice_us * NSEC_PER_USEC,
			       SCHED_TURBO_SLICE_MIN_NS,
			       SCHED_TURBO_SLICE_MAX_NS)) {
		pr_err("slice_us=%u is not within %llu to %llu\n", slice_us,
		       SCHED_TURBO_SLICE_MIN_NS / NSEC_PER_USEC,
		       SCHED_TURBO_SLICE_MAX_NS / NSEC_PER_USEC);
		return -ERANGE;
	}
	turbo_wq = alloc_workqueue("sched_turbo", WQ_UNBOUND, 0);
	if (!turbo_wq)
		return -ENOMEM;
	err = turbo_hooks_init();
	if (err)
		goto err_wq;
	err = turbo_task_work_init();
	if (err)
		goto err_wq;
	err = turbo_pool_init();
	if (err)
		goto err_work;
	turbo_park_init();
	err = add_turbo_cpus();
	if (err)
		goto err_pool;
	turbo_debugfs_init();
	err = turbo_dev_init();
	if (err)
		goto err_debugfs;
	pr_info("version " TURBO_RELEASE "\n");
	return 0;

err_debugfs:
	turbo_debugfs_exit();
err_pool:
	turbo_park_exit();
	turbo_pool_exit();
err_work:
	turbo_task_work_exit();
err_wq:
	destroy_workqueue(turbo_wq);
	return err;
}

static void __exit turbo_exit(void)
{
	turbo_dev_exit();
	turbo_debugfs_exit();
	turbo_thread_exit();	/* threads restored */
	turbo_vm_exit();	/* hooks down */
	turbo_hooks_exit();
	turbo_budget_exit();
	turbo_park_exit();
	turbo_pool_exit();	/* the keeper too */
	turbo_task_work_exit();
	destroy_workqueue(turbo_wq);
}

module_init(turbo_init);
module_exit(turbo_exit);

MODULE_DESCRIPTION("SCHED_TURBO: micro time-slices for vCPU threads on turbo cores");
MODULE_AUTHOR("SCHED_TURBO for KVM developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(TURBO_RELEASE);
