// SPDX-License-Identifier: GPL-2.0
/*
 * device.c - the devices whose I/O goes to the turbo vCPU
 *
 * They are PCI devices with a driver: virtio ones, NVMe, and passed-through
 * cards alike.  Which of them is a parameter.
 */
#include <linux/device.h>
#include <linux/moduleparam.h>
#include <linux/pci.h>

#include "policy/name.h"
#include "turbo_guest.h"

static char *devices = "net,storage";
module_param(devices, charp, 0444);
MODULE_PARM_DESC(devices, "whose interrupts: net, storage, all, PCI addresses, drivers; * matches, ! takes back (net,storage)");

static bool chosen(struct pci_dev *pdev)
{
	const char *names[] = { "all", "other", pci_name(pdev), "" };
	struct device_driver *driver = READ_ONCE(pdev->dev.driver);

	if (!driver)
		return false;
	switch (pdev->class >> 16) {
	case PCI_BASE_CLASS_NETWORK:
		names[1] = "net";
		break;
	case PCI_BASE_CLASS_STORAGE:
		names[1] = "storage";
		break;
	}
	names[3] = driver->name;
	return turbo_name_chosen(devices, names, ARRAY_SIZE(names));
}

/**
 * turbo_for_each_device - call a function for each device that is meant
 * @fn: the function; ends the round by returning other than 0
 * @data: handed on
 *
 * Context: task context, may sleep; outside turbo_guest.lock.
 * Return: what @fn returned last, 0 if there is no device.
 */
int turbo_for_each_device(turbo_pci_fn fn, void *data)
{
	struct pci_dev *pdev = NULL;
	int ret = 0;

	for_each_pci_dev(pdev) {
		if (chosen(pdev))
			ret = fn(pdev, data);
		if (ret) {
			pci_dev_put(pdev);
			break;
		}
	}
	return ret;
}

struct part_walk {
	turbo_dev_fn fn;
	void *data;
	int depth;
};

static int walk_parts(struct device *dev, void *data)
{
	struct part_walk *walk = data;
	int ret;

	if (dev->class && (!strcmp(dev->class->name, "net") ||
			   !strcmp(dev->class->name, "block")))
		return walk->fn(dev, dev->class->name, walk->data);
	/* PCI > virtio > SCSI host > target > unit > disk; nothing is deeper */
	if (walk->depth >= 8)
		return 0;
	walk->depth++;
	ret = device_for_each_child(dev, walk, walk_parts);
	walk->depth--;
	return ret;
}

/**
 * turbo_for_each_part - call a function for each network interface and disk
 * @pdev: of this device
 * @fn: the function, called with "net" or "block"; ends the round as above
 * @data: handed on
 *
 * Context: as turbo_for_each_device().
 */
int turbo_for_each_part(struct pci_dev *pdev, turbo_dev_fn fn, void *data)
{
	struct part_walk walk = { .fn = fn, .data = data };

	return device_for_each_child(&pdev->dev, &walk, walk_parts);
}
