/* SPDX-License-Identifier: GPL-2.0 */
/*
 * attr.h - what the scheduler is told about a thread: all that SCHED_TURBO
 * must give back
 */
#ifndef ATTR_H
#define ATTR_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#ifndef SCHED_EXT
#define SCHED_EXT	7
#endif

/**
 * struct attr - settings of a thread
 * @policy: SCHED_*
 * @nice: nice value, also that of a real-time thread
 * @priority: of a real-time thread
 * @reset_on_fork: SCHED_RESET_ON_FORK
 * @slice_ns: request to EEVDF, its own or the kernel's; 0 before 6.12 and for
 *            real-time threads
 * @cpus: affinity
 */
struct attr {
	int policy;
	int nice;
	unsigned int priority;
	bool reset_on_fork;
	uint64_t slice_ns;
	cpu_set_t cpus;
};

/* 0 or a negative errno. */
int attr_get(pid_t tid, struct attr *attr);

/* A slice of 0 asks for the kernel's own.  The affinity is not set by this. */
int attr_set(pid_t tid, const struct attr *attr);

/* Equal?  Each difference is printed as a note, if @what is not NULL. */
bool attr_same(const struct attr *got, const struct attr *want,
	       const char *what);

/* Is @tid (again) what @want says?  Prints notes if not. */
bool attr_is(pid_t tid, const struct attr *want, const char *what);

/* Does the kernel let a thread have a slice of its own? */
bool attr_slices(void);

/* The same as sched_setaffinity(), for a list such as "0-1,3". */
int cpus_set(pid_t tid, const char *list);
cpu_set_t cpus_parse(const char *list);
bool cpus_are(pid_t tid, const char *list);

#endif /* ATTR_H */
