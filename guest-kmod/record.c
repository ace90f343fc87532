// SPDX-License-Identifier: GPL-2.0
/*
 * record.c - the table of the affinities that threads had
 */
#include <linux/hashtable.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "record.h"
#include "turbo_guest.h"

/* Taken by fork and exit, for a few instructions; nothing is taken inside. */
static DEFINE_SPINLOCK(record_lock);
static DEFINE_HASHTABLE(records, 10);
static unsigned int nr_off, nr_on;

/* Context: record_lock held. */
static struct turbo_record *record_find(const struct task_struct *p)
{
	struct turbo_record *r;

	lockdep_assert_held(&record_lock);
	hash_for_each_possible(records, r, node, p->pid)
		if (r->pid == p->pid && r->start == p->start_boottime)
			return r;
	return NULL;
}

static void record_count(const struct turbo_record *r, int n)
{
	if (r->io)
		nr_on += n;
	else
		nr_off += n;
}

static struct turbo_record *record_new(const struct task_struct *p, gfp_t gfp)
{
	struct turbo_record *r;

	r = kzalloc(sizeof(*r) + 2 * BITS_TO_LONGS(nr_cpumask_bits) *
		    sizeof(long), gfp);
	if (r) {
		r->pid = p->pid;
		r->start = p->start_boottime;
	}
	return r;
}

/**
 * turbo_record_put - remember a thread's affinity, or remember it anew
 * @p: the thread
 * @orig: what it had
 * @set: what we give it
 * @io: brought to the turbo vCPUs
 *
 * Context: task context, may sleep.
 * Return: 0 or -ENOMEM, then the thread had better be left alone.
 */
int turbo_record_put(struct task_struct *p, const struct cpumask *orig,
		     const struct cpumask *set, bool io)
{
	struct turbo_record *new = record_new(p, GFP_KERNEL), *r;

	if (!new)
		return -ENOMEM;
	new->io = io;
	cpumask_copy(turbo_record_orig(new), orig);
	cpumask_copy(turbo_record_set(new), set);
	spin_lock(&record_lock);
	r = record_find(p);
	if (r) {
		hash_del(&r->node);
		record_count(r, -1);
	}
	hash_add(records, &new->node, new->pid);
	record_count(new, 1);
	spin_unlock(&record_lock);
	kfree(r);
	return 0;
}

/**
 * turbo_record_get - what is remembered of a thread
 * @p: the thread
 * @orig: filled with what it had
 * @set: filled with what we gave it
 * @io: whether it was brought to the turbo vCPUs
 *
 * Return: false if nothing is.
 */
bool turbo_record_get(struct task_struct *p, struct cpumask *orig,
		      struct cpumask *set, bool *io)
{
	struct turbo_record *r;

	spin_lock(&record_lock);
	r = record_find(p);
	if (r) {
		cpumask_copy(orig, turbo_record_orig(r));
		cpumask_copy(set, turbo_record_set(r));
		*io = r->io;
	}
	spin_unlock(&record_lock);
	return r;
}

/**
 * turbo_record_inherit - a child with the affinity that we gave its parent
 * @parent: the parent
 * @child: the child, not yet running
 *
 * Context: the parent, preemption off.
 * Return: false if there is no memory for it.
 */
bool turbo_record_inherit(struct task_struct *parent, struct task_struct *child)
{
	struct turbo_record *r, *new = NULL;
	bool known;

	/* the usual cases need no more than this: nothing known of the parent */
	spin_lock(&record_lock);
	known = record_find(parent);
	spin_unlock(&record_lock);
	if (!known)
		return true;
	new = record_new(child, GFP_NOWAIT | __GFP_NOWARN);
	if (!new)
		return false;
	spin_lock(&record_lock);
	r = record_find(parent);
	if (r && cpumask_equal(turbo_record_set(r), &child->cpus_mask)) {
		new->io = r->io;
		memcpy(new->masks, r->masks, 2 * sizeof(long) *
		       BITS_TO_LONGS(nr_cpumask_bits));
		hash_add(records, &new->node, new->pid);
		record_count(new, 1);
		new = NULL;
	}
	spin_unlock(&record_lock);
	kfree(new);
	return true;
}

/**
 * turbo_record_del - forget a thread
 * @p: the thread
 *
 * Context: any that may take a spinlock, but no interrupt.
 */
void turbo_record_del(struct task_struct *p)
{
	struct turbo_record *r;

	spin_lock(&record_lock);
	r = record_find(p);
	if (r) {
		hash_del(&r->node);
		record_count(r, -1);
	}
	spin_unlock(&record_lock);
	kfree(r);
}

/**
 * turbo_record_undo - the next thread to give back its affinity
 * @bucket: where to go on looking, 0 at first
 * @pid: its number
 * @start: when it was started
 * @orig: filled with what it had
 * @set: filled with what we gave it
 *
 * The record stays: a fork of this thread may be under way, whose child has the
 * affinity that we gave, and gets a record by this one.
 *
 * Return: false if there is none from @bucket on.
 */
bool turbo_record_undo(int *bucket, pid_t *pid, u64 *start,
		       struct cpumask *orig, struct cpumask *set)
{
	struct turbo_record *r;

	for (; *bucket < HASH_SIZE(records); ++*bucket) {
		spin_lock(&record_lock);
		hlist_for_each_entry(r, &records[*bucket], node) {
			if (r->undone)
				continue;
			r->undone = true;
			*pid = r->pid;
			*start = r->start;
			cpumask_copy(orig, turbo_record_orig(r));
			cpumask_copy(set, turbo_record_set(r));
			spin_unlock(&record_lock);
			return true;
		}
		spin_unlock(&record_lock);
	}
	return false;
}

/**
 * turbo_record_purge - forget all threads that were given back their affinity
 */
void turbo_record_purge(void)
{
	struct hlist_node *next;
	struct turbo_record *r;
	int i;

	spin_lock(&record_lock);
	hash_for_each_safe(records, i, next, r, node) {
		if (!r->undone)
			continue;
		hash_del(&r->node);
		record_count(r, -1);
		kfree(r);
	}
	spin_unlock(&record_lock);
}

/**
 * turbo_record_count - how many there are
 * @off: of threads taken off the turbo vCPUs
 * @on: of those brought there
 */
void turbo_record_count(unsigned int *off, unsigned int *on)
{
	spin_lock(&record_lock);
	*off = nr_off;
	*on = nr_on;
	spin_unlock(&record_lock);
}
