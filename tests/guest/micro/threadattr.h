/* SPDX-License-Identifier: GPL-2.0 */
/*
 * threadattr.h - scheduling settings of a vCPU thread, and its accounts
 */
#ifndef MICRO_THREADATTR_H
#define MICRO_THREADATTR_H

#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct thread_account - what the kernel says a thread has used
 * @run_ns: time on a CPU, up to now
 * @wait_ns: time runnable but not on a CPU, up to the last switch
 * @switches: times it was switched to
 * @voluntary: times it went to sleep
 * @involuntary: times it was preempted
 */
struct thread_account {
	uint64_t run_ns;
	uint64_t wait_ns;
	uint64_t switches;
	uint64_t voluntary;
	uint64_t involuntary;
};

/* "N" or "N-M" as a set of CPUs. */
cpu_set_t cpus_parse(const char *cpus);

void thread_set_cpus(pid_t tid, const char *cpus);

void thread_set_nice(pid_t tid, int nice);

/* The slice that the thread asks of EEVDF; a kernel without it is an error. */
void thread_set_slice(pid_t tid, uint64_t ns);

/* The slice it has, 0 where there are none. */
uint64_t thread_slice(pid_t tid);

void thread_account(pthread_t thread, pid_t tid, struct thread_account *account);

/* Puts the whole process into the cgroup of directory @path. */
void process_join_cgroup(const char *path);

#endif /* MICRO_THREADATTR_H */
