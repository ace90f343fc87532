/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A machine of our own making
 *
 * Its files are in a directory that TURBOCTL_ROOT names, where fake.c does what
 * the kernel would when some of them are written.  Its module is fake_module.c.
 */
#ifndef TURBOCTL_TESTS_FAKE_H
#define TURBOCTL_TESTS_FAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdbool.h>

#include <cmocka.h>

#include <linux/sched_turbo.h>

#include "cmd.h"
#include "cpus.h"
#include "msg.h"

#define FAKE_MAX	64

struct fake_thread {
	int tid;
	struct cpus affinity;
	/* What sched_setaffinity(2) said, which a kernel may remember. */
	struct cpus user;
};

struct fake {
	char root[64];
	/* 6.8 and later: the partition's CPUs leave the work queues' mask. */
	bool kernel_does_workqueues;
	/* Before 6.2: a change of cpusets unpins every thread. */
	bool kernel_forgets_affinity;
	/* The kernel makes of the partition, instead of "isolated". */
	const char *partition_becomes;
	/* Files that may not be written, and what is said then. */
	const char *refused[FAKE_MAX];
	int refusal;

	/* Someone attaches this thread when a cpuset changes. */
	int attached_meanwhile;

	struct fake_thread threads[FAKE_MAX];
	unsigned int nr_threads;
	unsigned int nr_setaffinity;

	/* The module. */
	int open_error;
	struct sched_turbo_version version;
	/* What the next call of this number fails with. */
	int fail[16];
	/* This CPU cannot be added. */
	unsigned int no_core;
	struct sched_turbo_core cores[FAKE_MAX];
	unsigned int nr_cores;
	struct sched_turbo_thread attached[FAKE_MAX];
	unsigned int nr_attached;
	unsigned int changed;
	struct sched_turbo_vm vms[FAKE_MAX];
	unsigned int nr_vms;
	uint64_t period_ns;
	/* It is from before ABI 1.1. */
	bool no_budgets;
	/* Where to tell whom it attached, if a test wants to know. */
	int *attached_tid;
};

extern struct fake fake;

/* What the last call_turboctl() printed. */
extern char *fake_out;
extern char *fake_err;

/* The linker puts the second in place of the first, which it calls the third. */
int __wrap_fs_write(const char *path, const char *text);
int __real_fs_write(const char *path, const char *text);
int __wrap_fs_mkdir(const char *path);
int __real_fs_mkdir(const char *path);
int __wrap_fs_rmdir(const char *path);
int __real_fs_rmdir(const char *path);

/* Fixtures: four CPUs, a few IRQs, cgroup v2 and a loaded module. */
int fake_setup(void **state);
int fake_teardown(void **state);

void fake_put(const char *path, const char *text);
char *fake_get(const char *path);
void fake_remove(const char *path);
void fake_refuse(const char *path, int refusal);
void fake_irq(int irq, const char *actions, const char *affinity);
void fake_thread(int pid, int tid, const char *comm, const char *affinity);
struct fake_thread *fake_find_thread(int tid);

/* All files outside of /run, as one text. */
char *fake_snapshot(void);

void fake_add_core(unsigned int cpu, unsigned int flags);
void fake_attach(int tid, int vm, const char *comm);

/* Splits @line at blanks and runs it; returns the exit code. */
int call_turboctl(const char *line);

/* Fails the test if the command fails. */
void core_ok(const char *command);

/* Nothing differs from the snapshot, and nothing is left to undo. */
void assert_snapshot(char *before);
void assert_same(char *before);

#define FAKE_STATE	"/run/sched_turbo/state.json"

#define assert_file(path, text) do { \
	char *is_ = fake_get(path); \
	assert_string_equal(is_, text); \
	free(is_); \
} while (0)

#define assert_said(text, part) do { \
	if (!strstr(text, part)) \
		fail_msg("'%s' is not in '%s'", part, text); \
} while (0)

#define assert_silent() assert_string_equal(fake_err, "")

#endif
