// SPDX-License-Identifier: GPL-2.0
/*
 * vcpu.c - which vCPUs are turbo vCPUs, and whether they are online
 */
#include <linux/cpuhotplug.h>
#include <linux/dmi.h>
#include <linux/lockdep.h>
#include <linux/string.h>

#include "policy/oem.h"
#include "turbo_guest.h"

static int hotplug_state;

/*
 * Looks through the OEM strings, which the kernel has copied at boot.  More than
 * one of ours is as bad as a wrong one: which of them would be meant?
 */
static int find_in_smbios(void)
{
	const struct dmi_device *dev = NULL;
	const char *found = NULL, *bad;
	enum turbo_oem err;

	while ((dev = dmi_find_device(DMI_DEV_TYPE_OEM_STRING, NULL, dev))) {
		err = turbo_oem_parse(dev->name,
				      cpumask_bits(&turbo_guest.vcpus),
				      nr_cpu_ids, &bad);
		if (err == TURBO_OEM_FOREIGN)
			continue;
		if (err) {
			pr_err("OEM string \"%s\": \"%s\" %s\n", dev->name, bad,
			       turbo_oem_error(err));
			return -EINVAL;
		}
		if (found) {
			pr_err("OEM string \"%s\": there is \"%s\" already\n",
			       dev->name, found);
			return -EINVAL;
		}
		found = dev->name;
	}
	if (found)
		turbo_guest.source = found;
	return 0;
}

static int find_in_param(const char *param)
{
	enum turbo_oem err;
	const char *bad;

	turbo_guest.source = "turbo_vcpus=none";
	if (!strcmp(param, "none"))
		return 0;
	turbo_guest.source = "parameter turbo_vcpus";
	err = turbo_list_parse(param, cpumask_bits(&turbo_guest.vcpus),
			       nr_cpu_ids, &bad);
	if (err) {
		pr_err("turbo_vcpus=%s: \"%s\" %s\n", param, bad,
		       turbo_oem_error(err));
		return -EINVAL;
	}
	return 0;
}

/**
 * turbo_vcpu_find - fill turbo_guest.vcpus
 * @param: the module's parameter, NULL if there is none
 *
 * Return: 0, also if no turbo vCPU is named; -EINVAL if what names them can't
 * be understood or leaves no regular vCPU, with a line that shows it.
 */
int turbo_vcpu_find(const char *param)
{
	int err;

	turbo_guest.source = "the host names no turbo vCPU";
	err = param ? find_in_param(param) : find_in_smbios();
	if (err)
		return err;
	if (!cpumask_subset(&turbo_guest.vcpus, cpu_possible_mask)) {
		pr_err("%s: of vCPUs %*pbl, some can't be here: %*pbl can\n",
		       turbo_guest.source, cpumask_pr_args(&turbo_guest.vcpus),
		       cpumask_pr_args(cpu_possible_mask));
		return -EINVAL;
	}
	if (cpumask_subset(cpu_present_mask, &turbo_guest.vcpus)) {
		pr_err("%s: turbo vCPUs %*pbl leave no regular one of %*pbl\n",
		       turbo_guest.source, cpumask_pr_args(&turbo_guest.vcpus),
		       cpumask_pr_args(cpu_present_mask));
		return -EINVAL;
	}
	return 0;
}

/*
 * Context: CPU hotplug thread of @cpu, hotplug lock held.  Nothing is moved
 * here that can wait: turbo_steer_kick() is enough.
 */
static int vcpu_online(unsigned int cpu)
{
	mutex_lock(&turbo_guest.lock);
	if (cpumask_test_cpu(cpu, &turbo_guest.vcpus))
		cpumask_set_cpu(cpu, &turbo_guest.live);
	mutex_unlock(&turbo_guest.lock);
	/* a regular one, too: its coming has undone affinities */
	turbo_steer_kick();
	return 0;
}

/*
 * Context: as above.  The CPU still takes interrupts and runs threads, and
 * what is to leave it in good order must do so now: after this the kernel
 * moves the rest and forgets where it belonged.
 */
static int vcpu_offline(unsigned int cpu)
{
	mutex_lock(&turbo_guest.lock);
	if (cpumask_test_and_clear_cpu(cpu, &turbo_guest.live))
		turbo_steer_undo();
	mutex_unlock(&turbo_guest.lock);
	turbo_steer_kick();
	return 0;
}

/**
 * turbo_vcpu_init - watch them come and go; those that are online count at once
 *
 * Return: 0 or what cpuhp_setup_state() said.
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
 * turbo_vcpu_exit - as if all of them went offline
 */
void turbo_vcpu_exit(void)
{
	cpuhp_remove_state(hotplug_state);
}
