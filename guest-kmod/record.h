/* SPDX-License-Identifier: GPL-2.0 */
/*
 * record.h - the affinity that threads had
 *
 * A thread is known by its number and when it was started, so that no reference
 * is held to any.  Children of a thread whose affinity we changed inherit it,
 * and are given a record as they are born.
 */
#ifndef TURBO_GUEST_RECORD_H
#define TURBO_GUEST_RECORD_H

#include <linux/cpumask.h>
#include <linux/sched.h>

/**
 * struct turbo_record - what we changed of a thread
 * @node: in the table
 * @pid: its number
 * @io: brought to the turbo vCPUs, not taken off them
 * @undone: given back; kept until children born meanwhile are known too
 * @start: when it was started
 * @masks: the affinity it had, and after it the one we gave it
 */
struct turbo_record {
	struct hlist_node node;
	pid_t pid;
	bool io;
	bool undone;
	u64 start;
	unsigned long masks[];
};

static inline struct cpumask *turbo_record_orig(struct turbo_record *r)
{
	return to_cpumask(r->masks);
}

static inline struct cpumask *turbo_record_set(struct turbo_record *r)
{
	return to_cpumask(r->masks + BITS_TO_LONGS(nr_cpumask_bits));
}

int turbo_record_put(struct task_struct *p, const struct cpumask *orig,
		     const struct cpumask *set, bool io);
bool turbo_record_get(struct task_struct *p, struct cpumask *orig,
		      struct cpumask *set, bool *io);
bool turbo_record_inherit(struct task_struct *parent,
			  struct task_struct *child);
void turbo_record_del(struct task_struct *p);
bool turbo_record_undo(int *bucket, pid_t *pid, u64 *start,
		       struct cpumask *orig, struct cpumask *set);
void turbo_record_purge(void);
void turbo_record_count(unsigned int *off, unsigned int *on);

#endif /* TURBO_GUEST_RECORD_H */
