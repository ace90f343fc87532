// SPDX-License-Identifier: GPL-2.0
/*
 * follow.c - the settings that make work follow the interrupts (3.2)
 *
 * Softirqs follow by themselves: they run where the interrupt was.  What would
 * take the work away again is switched off, and what does I/O on its own is
 * sent to the turbo vCPUs.  docs/design-guest.md goes through them one by one.
 */
#include <linux/device.h>
#include <linux/moduleparam.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "turbo_guest.h"

static char *workqueues = "writeback,blkcg_punt_bio,nvme-wq";
module_param(workqueues, charp, 0444);
MODULE_PARM_DESC(workqueues, "unbound workqueues that go to the turbo vCPUs, of those in /sys/devices/virtual/workqueue");

/* Masks of up to 800 CPUs; a guest that has more keeps these settings. */
#define MASK_SIZE	232

static bool print_mask(char *buf, const struct cpumask *mask)
{
	return snprintf(buf, MASK_SIZE, "%*pb", cpumask_pr_args(mask)) <
	       MASK_SIZE;
}

/* Set file @leaf below device @dev. */
static void set_below(struct device *dev, const char *leaf, const char *value)
{
	char *path = turbo_device_path(dev, leaf);

	if (path)
		turbo_file_set(TURBO_SYSFS, path, value);
	kfree(path);
}

/*
 * Receive packet steering would hand packets that have come on the turbo vCPU to
 * others, receive flow steering to the one where their reader was last.
 */
static void follow_net(struct device *dev)
{
	struct net_device *net = to_net_dev(dev);
	char leaf[48], none[MASK_SIZE];
	unsigned int i;

	/* as the kernel prints it, to find it set the next time */
	if (!print_mask(none, cpu_none_mask))
		return;
	for (i = 0; i < READ_ONCE(net->real_num_rx_queues); i++) {
		snprintf(leaf, sizeof(leaf), "queues/rx-%u/rps_cpus", i);
		set_below(dev, leaf, none);
		snprintf(leaf, sizeof(leaf), "queues/rx-%u/rps_flow_cnt", i);
		set_below(dev, leaf, "0");
	}
}

static int follow_part(struct device *dev, const char *class, void *data)
{
	if (!strcmp(class, "net"))
		follow_net(dev);
	else	/* requests complete where the interrupt is */
		set_below(dev, "queue/rq_affinity", "0");
	return 0;
}

static int follow_device(struct pci_dev *pdev, void *data)
{
	return turbo_device_parts(pdev, follow_part, data);
}

static void follow_workqueues(void)
{
	static struct cpumask live;	/* one round at a time */
	char mask[MASK_SIZE], path[128];
	const char *name = workqueues;
	size_t len;

	/* a turbo vCPU may be going just now; the next round sees to that */
	cpumask_copy(&live, &turbo_guest.live);
	if (cpumask_empty(&live) || !print_mask(mask, &live))
		return;
	for (;; name += len + 1) {
		len = strchrnul(name, ',') - name;
		snprintf(path, sizeof(path),
			 "devices/virtual/workqueue/%.*s/cpumask", (int)len,
			 name);
		if (len)
			turbo_file_set(TURBO_SYSFS, path, mask);
		if (!name[len])
			break;
	}
}

/**
 * turbo_follow - have work follow the interrupts
 *
 * Context: a round.
 */
void turbo_follow(void)
{
	turbo_device_each(follow_device, NULL);
	follow_workqueues();
}
