// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - turbo_guest.ko: the guest's half of SCHED_TURBO
 *
 * vTurbo (USENIX ATC 2013), section 3.2: a virtual machine with a turbo vCPU
 * takes its interrupts there, and everything that isn't I/O stays off it.
 * See docs/design-guest.md.
 */
#include <linux/module.h>

#include "turbo_guest.h"

static char *turbo_vcpus;
module_param(turbo_vcpus, charp, 0444);
MODULE_PARM_DESC(turbo_vcpus, "the turbo vCPUs, as a CPU list (1,3), or none; instead of what the host says");

struct turbo_guest turbo_guest = {
	.lock = __MUTEX_INITIALIZER(turbo_guest.lock),
};

static int __init turbo_guest_init(void)
{
	int err;

	err = turbo_vcpu_find(turbo_vcpus);
	if (err)
		return err;
	turbo_stat_init();
	if (cpumask_empty(&turbo_guest.vcpus)) {
		pr_info("version " TURBO_GUEST_RELEASE ": %s, nothing to do\n",
			turbo_guest.source);
		return 0;
	}
	err = turbo_steer_init();
	if (err)
		goto err_stat;
	err = turbo_ack_init();
	if (err)
		goto err_steer;
	err = turbo_vcpu_init();
	if (err)
		goto err_ack;
	/* who loads the module finds it in effect */
	turbo_steer_now();
	pr_info("version " TURBO_GUEST_RELEASE ": turbo vCPUs %*pbl (%s), online %*pbl\n",
		cpumask_pr_args(&turbo_guest.vcpus), turbo_guest.source,
		cpumask_pr_args(&turbo_guest.live));
	return 0;

err_ack:
	turbo_ack_exit();
err_steer:
	turbo_steer_exit();
err_stat:
	turbo_stat_exit();
	return err;
}

static void __exit turbo_guest_exit(void)
{
	if (!cpumask_empty(&turbo_guest.vcpus)) {
		turbo_vcpu_exit();	/* interrupts and threads given back */
		turbo_ack_exit();
		turbo_steer_exit();	/* settings, hooks */
	}
	turbo_stat_exit();
}

module_init(turbo_guest_init);
module_exit(turbo_guest_exit);

MODULE_DESCRIPTION("SCHED_TURBO in the guest: I/O on the turbo vCPU");
MODULE_AUTHOR("SCHED_TURBO for KVM developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(TURBO_GUEST_RELEASE);
