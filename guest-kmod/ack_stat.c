// SPDX-License-Identifier: GPL-2.0
/*
 * ack_stat.c - the counters of early acknowledgment, as JSON in debugfs
 */
#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "ack.h"
#include "turbo_guest.h"

static struct dentry *file;

/* One counter, all CPUs. */
#define SUM(field)							\
({									\
	u64 sum_ = 0;							\
	int cpu_;							\
									\
	for_each_possible_cpu(cpu_)					\
		sum_ += READ_ONCE(per_cpu(turbo_ack_count, cpu_).field); \
	sum_;								\
})

static int ack_show(struct seq_file *m, void *v)
{
	u64 sent = SUM(reason[TURBO_ACK_SEND]);
	int i;

	seq_printf(m, "{\"on\":%s,\"age_us\":%u,\"gap_us\":%u,\"flows\":%u,",
		   READ_ONCE(turbo_ack_broken) ? "false" : "true",
		   turbo_ack_age_us, turbo_ack_gap_us, turbo_ack_nr_flows());
	seq_printf(m, "\"seen\":%llu,\"sent\":%llu,\"unread\":%llu,\"bytes\":%llu,\"looks\":%llu,\"walked\":%llu,",
		   SUM(seen), sent, SUM(unread), SUM(bytes), SUM(looks),
		   SUM(walked));
	seq_printf(m, "\"promises\":{\"kept\":%llu,\"void\":%llu,\"spoiled\":%llu,\"broken\":%llu,\"pages\":%lld},",
		   SUM(kept), SUM(void_), SUM(spoiled), SUM(broken),
		   atomic64_read(&turbo_ack_promised));
	seq_puts(m, "\"refused\":{");
	for (i = TURBO_ACK_SEND + 1; i < TURBO_ACK_NR_REASONS; i++)
		seq_printf(m, "%s\"%s\":%llu",
			   i == TURBO_ACK_SEND + 1 ? "" : ",",
			   turbo_ack_reason_name(i), SUM(reason[i]));
	seq_puts(m, "}}\n");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(ack);

/**
 * turbo_ack_stat_init - /sys/kernel/debug/turbo_guest/ack
 */
void turbo_ack_stat_init(void)
{
	file = debugfs_create_file("ack", 0400, turbo_guest.debugfs, NULL,
				   &ack_fops);
}

/**
 * turbo_ack_stat_exit - take it away; waits for readers
 */
void turbo_ack_stat_exit(void)
{
	debugfs_remove(file);
}
