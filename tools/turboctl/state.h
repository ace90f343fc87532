/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What turboctl has changed on this machine, so as to undo it
 *
 * Kept in state.json in /run/sched_turbo, or in the directory that the
 * environment variable TURBOCTL_STATE_DIR names.  It is written before a change
 * is made: if turboctl dies in between, the undo finds the old value there and
 * has nothing to do.
 */
#ifndef TURBOCTL_STATE_H
#define TURBOCTL_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cpus.h"

/**
 * struct saved_file - a file with a set of CPUs that cores were taken out of
 * @path: where it is written
 * @shown: where what was written is read back, mostly @path
 * @name: what it is, for people
 * @tag: what had that number when it was changed (IRQs)
 * @original: its text before the first change
 * @ours: the set as it was last written
 * @excluded: the cores taken out of it
 * @mask: it has the mask form, not the list form
 * @pending: planned but not written yet; not saved
 */
struct saved_file {
	char *path;
	char *shown;
	char *name;
	char *tag;
	char *original;
	struct cpus ours;
	struct cpus excluded;
	bool mask;
	bool pending;
};

/**
 * struct saved_thread - a thread whose affinity cores were taken out of
 * @tid: thread id
 * @start: its start time, in clock ticks since boot: ids are used again
 * @original: its affinity before
 * @ours: its affinity after
 */
struct saved_thread {
	pid_t tid;
	uint64_t start;
	struct cpus original;
	struct cpus ours;
};

/**
 * struct state - all of it
 * @cores: CPUs that are isolated
 * @has_cgroup: the partition's cgroup was made
 * @has_controller: the cpuset controller was turned on for it
 * @partition: CPUs written to the cgroup's cpuset.cpus
 * @files: files changed
 * @threads: threads changed
 */
struct state {
	struct cpus cores;
	bool has_cgroup;
	bool has_controller;
	struct cpus partition;
	struct saved_file *files;
	size_t nr_files;
	struct saved_thread *threads;
	size_t nr_threads;
};

/* All complain themselves and return a negative errno on failure. */
int state_lock(void);
int state_load(struct state *st);
int state_save(const struct state *st);

void state_unlock(int lock);
void state_free(struct state *st);

struct saved_file *state_file(struct state *st, const char *path);
struct saved_file *state_add_file(struct state *st);
void state_drop_file(struct state *st, struct saved_file *file);
struct saved_thread *state_thread(struct state *st, pid_t tid, uint64_t start);
struct saved_thread *state_add_thread(struct state *st);
void state_drop_thread(struct state *st, struct saved_thread *thread);

#endif
