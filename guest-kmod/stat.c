// SPDX-License-Identifier: GPL-2.0
/*
 * stat.c - what has been done, as JSON in debugfs
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "turbo_guest.h"

static int steer_show(struct seq_file *m, void *v)
{
	seq_printf(m, "{\"version\":\"%s\",\"turbo_vcpus\":\"%*pbl\",\"live\":\"%*pbl\"}\n",
		   TURBO_GUEST_RELEASE, cpumask_pr_args(&turbo_guest.vcpus),
		   cpumask_pr_args(&turbo_guest.live));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(steer);

/**
 * turbo_stat_init - /sys/kernel/debug/turbo_guest
 *
 * Not having debugfs is no error.
 */
void turbo_stat_init(void)
{
	turbo_guest.debugfs = debugfs_create_dir("turbo_guest", NULL);
	debugfs_create_file("steer", 0400, turbo_guest.debugfs, NULL,
			    &steer_fops);
}

/**
 * turbo_stat_exit - take it away; waits for readers
 */
void turbo_stat_exit(void)
{
	debugfs_remove(turbo_guest.debugfs);
}
