/* SPDX-License-Identifier: GPL-2.0 */
/*
 * proc.h - processes whose threads do what they are told
 */
#ifndef PROC_H
#define PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define PROC_THREADS_MAX	32

/**
 * enum task - what a thread does until it is told something else
 * @TASK_BLOCK: sleeps
 * @TASK_SPIN: runs all the time
 * @TASK_NAP: sleeps and wakes up about a thousand times a second
 * @TASK_FORK: forks once and then sleeps, and so does the child
 * @TASK_FORK_TWICE: the same, but the child forks too, at once
 * @TASK_CLONE: makes another thread, which sleeps, and then sleeps itself
 * @TASK_EXEC: becomes sleep(1)
 * @TASK_EXIT: exits, by itself
 * @TASK_KVM: makes a VM and its first vCPU, has it run for no time at all, and
 *            then sleeps
 */
enum task {
	TASK_BLOCK,
	TASK_SPIN,
	TASK_NAP,
	TASK_FORK,
	TASK_FORK_TWICE,
	TASK_CLONE,
	TASK_EXEC,
	TASK_EXIT,
	TASK_KVM,
};

/**
 * struct proc - a process
 * @pid: its id, and that of thread 0
 * @nr: number of threads
 * @share: what it and we both see
 */
struct proc {
	pid_t pid;
	int nr;
	struct share {
		struct {
			int tid;
			int told;	/* an enum task; a futex */
			int does;
			int child;
			int grandchild;
			int ran;
			uint64_t loops;
		} thread[PROC_THREADS_MAX];
	} *share;
};

/* A process of @nr threads that do @task. */
struct proc proc_start(int nr, enum task task);

pid_t proc_tid(const struct proc *p, int i);

/* Tell thread @i to do @task.  Returns when it is about to. */
void proc_tell(struct proc *p, int i, enum task task);

/* How often thread @i has gone round while spinning. */
uint64_t proc_loops(const struct proc *p, int i);

/* The child made by TASK_FORK or TASK_CLONE, and the child of that one. */
pid_t proc_child(const struct proc *p, int i);
pid_t proc_grandchild(const struct proc *p, int i);

/* Whether the vCPU made by TASK_KVM has run. */
bool proc_ran(const struct proc *p, int i);

/* State of a thread as /proc tells it ('R', 'S', 'T', 'Z', ...), 0: gone. */
char proc_state(pid_t tid);

/* CPU a thread runs on or has last run on; -1: gone. */
int proc_cpu(pid_t tid);

/* End it, if it has not ended, and wait for it. */
void proc_end(struct proc *p);

#endif /* PROC_H */
