// SPDX-License-Identifier: GPL-2.0
/*
 * stat.c - what has been done, as JSON in debugfs
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "turbo_guest.h"

atomic64_t turbo_counts[NR_TURBO_COUNTS];

static const char * const count_names[NR_TURBO_COUNTS] = {
	[TURBO_IRQ_MOVED] = "irq_moved",
	[TURBO_IRQ_AGAIN] = "irq_again",
	[TURBO_IRQ_BOUND] = "irq_bound",
	[TURBO_IRQ_FAILED] = "irq_failed",
	[TURBO_IRQ_RESTORED] = "irq_restored",
	[TURBO_IRQ_LEFT] = "irq_left",
	[TURBO_TASK_OFF] = "task_off",
	[TURBO_TASK_ON] = "task_on",
	[TURBO_TASK_AGAIN] = "task_again",
	[TURBO_TASK_FAILED] = "task_failed",
	[TURBO_TASK_RESTORED] = "task_restored",
	[TURBO_TASK_LEFT] = "task_left",
	[TURBO_FILE_SET] = "file_set",
	[TURBO_FILE_FAILED] = "file_failed",
	[TURBO_FILE_RESTORED] = "file_restored",
	[TURBO_FILE_LEFT] = "file_left",
	[TURBO_MODERATED] = "moderated",
	[TURBO_BULK] = "bulk",
	[TURBO_KICKS] = "kicks",
	[TURBO_ROUNDS] = "rounds",
	[TURBO_ROUND_NS] = "round_ns",
};

static int steer_show(struct seq_file *m, void *v)
{
	int i;

	mutex_lock(&turbo_guest.lock);
	seq_puts(m, "{\"version\":\"" TURBO_GUEST_RELEASE "\",\"source\":\"");
	seq_escape_str(m, turbo_guest.source, ESCAPE_SPECIAL, "\"\\");
	seq_printf(m, "\",\"turbo_vcpus\":\"%*pbl\",\"live\":\"%*pbl\",\"irqs\":",
		   cpumask_pr_args(&turbo_guest.vcpus),
		   cpumask_pr_args(&turbo_guest.live));
	turbo_irq_show(m);
	mutex_unlock(&turbo_guest.lock);
	seq_puts(m, ",\"threads\":");
	turbo_task_show(m);
	seq_puts(m, ",\"files\":");
	turbo_file_show(m);
	seq_puts(m, ",\"counts\":{");
	for (i = 0; i < NR_TURBO_COUNTS; i++)
		seq_printf(m, "%s\"%s\":%lld", i ? "," : "", count_names[i],
			   atomic64_read(&turbo_counts[i]));
	seq_puts(m, "}}\n");
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
