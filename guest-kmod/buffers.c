// SPDX-License-Identifier: GPL-2.0
/*
 * buffers.c - room for what arrives while its reader waits for a CPU (3.2)
 */
#include <linux/device.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "policy/buffer.h"
#include "turbo_guest.h"

#define DELAY_MAX_MS	10000
#define LINK_MAX_MBPS	1000000
/* What a card that doesn't know its speed is taken for, as virtio-net is. */
#define LINK_DEFAULT	1000

static bool buffers = true;
module_param(buffers, bool, 0444);
MODULE_PARM_DESC(buffers, "raise the limits of receive buffers, backlogs and of what is read ahead from disks (Y)");

static unsigned int delay_ms = 90;
module_param(delay_ms, uint, 0444);
MODULE_PARM_DESC(delay_ms, "how long a regular vCPU may wait for a CPU, in ms (90)");

static unsigned int link_mbps;
module_param(link_mbps, uint, 0444);
MODULE_PARM_DESC(link_mbps, "B_NIC in Mbit/s, 0 for that of the fastest card, 1000 if none tells (0)");

static unsigned int buffer_percent = 12;
module_param(buffer_percent, uint, 0444);
MODULE_PARM_DESC(buffer_percent, "of memory, at most, for one socket's receive buffer (12)");

/* A card that is down, or doesn't know, says so by an error or -1. */
static int fastest(struct device *dev, const char *class, void *data)
{
	u32 *fastest = data, mbps;
	char *path, value[24];

	if (strcmp(class, "net"))
		return 0;
	path = turbo_device_path(dev, "speed");
	if (path && !turbo_file_read(TURBO_SYSFS, path, value, sizeof(value)) &&
	    !kstrtou32(value, 10, &mbps) && mbps <= LINK_MAX_MBPS)
		*fastest = max(*fastest, mbps);
	kfree(path);
	return 0;
}

static int fastest_of(struct pci_dev *pdev, void *data)
{
	return turbo_device_parts(pdev, fastest, data);
}

static u32 link_speed(void)
{
	u32 mbps = 0;

	if (link_mbps)
		return link_mbps;
	turbo_device_each(fastest_of, &mbps);
	return mbps ?: LINK_DEFAULT;
}

static int raise_ahead(struct device *dev, const char *class, void *data)
{
	u32 *kb = data;
	char *path;

	if (!strcmp(class, "net"))
		return 0;
	path = turbo_device_path(dev, "queue/read_ahead_kb");
	if (path)
		turbo_file_raise(TURBO_SYSFS, path, *kb);
	kfree(path);
	return 0;
}

static int raise_ahead_of(struct pci_dev *pdev, void *data)
{
	return turbo_device_parts(pdev, raise_ahead, data);
}

/*
 * Bytes of one socket that leave TCP out of memory pressure, under which it makes
 * the windows of all small and drops what finds no room: half of tcp_mem[1].
 */
static u64 tcp_limit(void)
{
	unsigned long low, pressure, high;
	char now[64];

	if (turbo_file_read(TURBO_SYSCTL, "sys/net/ipv4/tcp_mem", now,
			    sizeof(now)) ||
	    sscanf(now, "%lu %lu %lu", &low, &pressure, &high) != 3 ||
	    pressure > U32_MAX)
		return U64_MAX;
	return ((u64)pressure << PAGE_SHIFT) / 2;
}

/* The last of three: the size up to which TCP lets a receive buffer grow. */
static void raise_tcp_rmem(u32 to)
{
	static const char path[] = "sys/net/ipv4/tcp_rmem";
	unsigned int min, def, max;
	char now[64];

	if (turbo_file_read(TURBO_SYSCTL, path, now, sizeof(now)) ||
	    sscanf(now, "%u %u %u", &min, &def, &max) != 3 || max >= to)
		return;
	snprintf(now, sizeof(now), "%u\t%u\t%u", min, def, to);
	turbo_file_set(TURBO_SYSCTL, path, now);
}

/**
 * turbo_buffers_check - are the parameters what they may be?
 *
 * Return: 0, or -ERANGE with a line that names the one that is not.
 */
int turbo_buffers_check(void)
{
	if (delay_ms > DELAY_MAX_MS) {
		pr_err("delay_ms=%u is not within 0 to %u\n", delay_ms,
		       DELAY_MAX_MS);
		return -ERANGE;
	}
	if (link_mbps > LINK_MAX_MBPS) {
		pr_err("link_mbps=%u is not within 0 to %u\n", link_mbps,
		       LINK_MAX_MBPS);
		return -ERANGE;
	}
	if (buffer_percent > 100) {
		pr_err("buffer_percent=%u is not within 0 to 100\n",
		       buffer_percent);
		return -ERANGE;
	}
	return 0;
}

/**
 * turbo_buffers - raise what is too small for B_NIC and the delay
 *
 * Context: a round.
 */
void turbo_buffers(void)
{
	u32 mbps, bytes, packets, ahead;

	if (!buffers)
		return;
	mbps = link_speed();
	bytes = turbo_buffer_bytes(mbps, delay_ms * USEC_PER_MSEC,
				   (u64)totalram_pages() << PAGE_SHIFT,
				   buffer_percent);
	turbo_file_raise(TURBO_SYSCTL, "sys/net/core/rmem_max", bytes);
	turbo_file_raise(TURBO_SYSCTL, "sys/net/core/rmem_default", bytes);
	raise_tcp_rmem(min_t(u64, bytes, tcp_limit()));
	packets = turbo_backlog_packets(mbps, delay_ms * USEC_PER_MSEC);
	turbo_file_raise(TURBO_SYSCTL, "sys/net/core/netdev_max_backlog",
			 packets);
	ahead = turbo_ahead_kb(delay_ms * USEC_PER_MSEC,
			       (u64)totalram_pages() << PAGE_SHIFT);
	turbo_device_each(raise_ahead_of, &ahead);
}
