/* SPDX-License-Identifier: GPL-2.0 */
/*
 * idleness.h - how long CPUs idle although somebody would run there
 *
 * Fed with events in the order of their time.  A vCPU that is held back sleeps
 * as far as the scheduler knows: that it is the budget which makes it sleep is
 * told by the tracepoint sched_turbo_hold just before.
 */
#ifndef NUMBERS_IDLENESS_H
#define NUMBERS_IDLENESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define IDLENESS_THREADS_MAX	64
#define IDLENESS_CPUS_MAX	64

/* From an order to hold back to the switch that it leads to, at most. */
#define IDLENESS_HOLD_NS	1000000

enum idleness_kind {
	IDLENESS_SWITCH,
	IDLENESS_WAKEUP,
	IDLENESS_HOLD,
};

/**
 * struct idleness_event - something that happened
 * @time: when, in nanoseconds
 * @kind: what
 * @cpu: where, of a switch
 * @pid: who is switched to, woken up or to be held back
 * @prev: who is switched from
 * @runnable: @prev could have gone on
 */
struct idleness_event {
	uint64_t time;
	enum idleness_kind kind;
	unsigned int cpu;
	pid_t pid;
	pid_t prev;
	bool runnable;
};

enum idleness_state {
	IDLENESS_UNKNOWN,
	IDLENESS_SLEEPS,
	IDLENESS_RUNS,
	IDLENESS_WAITS,
	IDLENESS_HELD,
};

/**
 * struct idleness - what was found
 * @cpus: the CPUs looked at
 * @idle: which of them idle, as far as known
 * @threads: who may run on any of them
 * @last: up to when the sums are
 * @idle_ns: time of all CPUs in which they idled
 * @held_ns: of that, time for which there was a thread that was held back
 * @waits_ns: the same of threads that waited or were held back
 */
struct idleness {
	unsigned int cpus[IDLENESS_CPUS_MAX];
	bool idle[IDLENESS_CPUS_MAX];
	size_t nr_cpus;
	struct {
		pid_t tid;
		enum idleness_state state;
		uint64_t hold;
	} threads[IDLENESS_THREADS_MAX];
	size_t nr_threads;
	uint64_t begin;
	uint64_t last;
	uint64_t idle_ns;
	uint64_t held_ns;
	uint64_t waits_ns;
};

/* Sorts events by time; those of the same time keep their order. */
void idleness_sort(struct idleness_event *events, size_t n);

/* @begin: events before it count for states only. */
void idleness_begin(struct idleness *id, uint64_t begin);
void idleness_event(struct idleness *id, const struct idleness_event *event);
void idleness_end(struct idleness *id, uint64_t time);

/* The result, as members of a JSON object. */
void idleness_json(const struct idleness *id, FILE *f);

#endif /* NUMBERS_IDLENESS_H */
