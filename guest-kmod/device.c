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
#include <linux/slab.h>

#include "policy/name.h"
#include "turbo_guest.h"

static char *devices = "net,storage";
module_param(devices, charp, 0444);
MODULE_PARM_DESC(devices, "whose interrupts: net, storage, all, PCI addresses, drivers; * matches, ! takes back (net,storage)");

static const char *class_name(const struct pci_dev *pdev)
{
	switch (pdev->class >> 16) {
	case PCI_BASE_CLASS_NETWORK:
		return "net";
	case PCI_BASE_CLASS_STORAGE:
		return "storage";
	default:
		return "other";
	}
}

/* Under the device's lock its driver can't go. */
static bool chosen(struct pci_dev *pdev)
{
	bool yes;

	device_lock(&pdev->dev);
	if (pdev->dev.driver) {
		const char * const names[] = {
			"all", class_name(pdev), pci_name(pdev),
			pdev->dev.driver->name,
		};

		yes = turbo_name_chosen(devices, names, ARRAY_SIZE(names));
	} else {
		yes = false;
	}
	device_unlock(&pdev->dev);
	return yes;
}

/**
 * turbo_device_each - call a function for each device that is meant
 * @fn: the function; ends the round by returning other than 0
 * @data: handed on
 *
 * Context: task context, may sleep; outside turbo_guest.lock.
 * Return: what @fn returned last, 0 if there is no device.
 */
int turbo_device_each(turbo_pci_fn fn, void *data)
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
 * turbo_device_parts - call a function for each network interface and disk
 * @pdev: of this device
 * @fn: the function, called with "net" or "block"; ends the round as above
 * @data: handed on
 *
 * Context: as turbo_device_each().
 */
int turbo_device_parts(struct pci_dev *pdev, turbo_dev_fn fn, void *data)
{
	struct part_walk walk = { .fn = fn, .data = data };

	return device_for_each_child(&pdev->dev, &walk, walk_parts);
}

/**
 * turbo_device_path - where something of a device is in sysfs
 * @dev: the device
 * @leaf: what of it
 *
 * Context: task context, may sleep.
 * Return: the path from sysfs' root, the caller's to free; NULL without memory.
 */
char *turbo_device_path(struct device *dev, const char *leaf)
{
	char *dir = kobject_get_path(&dev->kobj, GFP_KERNEL), *path = NULL;

	if (dir)
		path = kasprintf(GFP_KERNEL, "%s/%s", dir + 1, leaf);
	kfree(dir);
	return path;
}
