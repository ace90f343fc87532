// SPDX-License-Identifier: GPL-2.0
/*
 * vcpu.c - which vCPUs are turbo vCPUs, and whether they are online
 */
#include <linux/cpuhotplug.h>
#include <linux/lockdep.h>

#include "turbo_guest.h"

static int hotplug_state;

/**
 * turbo_vcpu_find - fill turbo_guest.vcpus
 * @param: the module's parameter, NULL if there is none
 *
 * Return: 0, also if no turbo vCPU is named; -EINVAL if what names them can't
 * be understood, with a line that shows it.
 */
int turbo_vcpu_find(const char *param)
{
	turbo_guest.source = "the host names no turbo vCPU";
	if (!param)
		return 0;
	turbo_guest.source = "turbo_vcpus=";
	if (cpulist_parse(param, &turbo_guest.vcpus)) {
		pr_err("turbo_vcpus=%s is not a CPU list\n", param);
		return -EINVAL;
	}
	return 0;
}

/* Context: CPU hotplug thread of @cpu, hotplug lock held. */
static int vcpu_online(unsigned int cpu)
{
	if (!cpumask_test_cpu(cpu, &turbo_guest.vcpus))
		return 0;
	mutex_lock(&turbo_guest.lock);
	cpumask_set_cpu(cpu, &turbo_guest.live);
	mutex_unlock(&turbo_guest.lock);
	return 0;
}

/* Context: as above; the CPU still takes interrupts. */
static int vcpu_offline(unsigned int cpu)
{
	if (!cpumask_test_cpu(cpu, &turbo_guest.vcpus))
		return 0;
	mutex_lock(&turbo_guest.lock);
	cpumask_clear_cpu(cpu, &turbo_guest.live);
	mutex_unlock(&turbo_guest.lock);
	return 0;
}

/**
 * turbo_vcpu_init - watch them come and go; those that are online count at once
 */
int turbo_vcpu_init(void)
{
	int ret = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "turbo_guest:online",
				    vcpu_online, vcpu_offline);

	if (ret < 0)
		return ret;
	hotplug_state = ret;
	return 0;
}

/**
 * turbo_vcpu_exit - as if all of them went offline, in this order
 */
void turbo_vcpu_exit(void)
{
	cpuhp_remove_state(hotplug_state);
}
