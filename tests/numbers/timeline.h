/* SPDX-License-Identifier: GPL-2.0 */
/*
 * timeline.h - what one CPU did, from its context switches and wake-ups
 *
 * Fed with events in the order of their time, it sums up who ran and collects
 * slices and wake-to-run times of the threads that are being watched; all
 * other threads but idle are "foreign".
 */
#ifndef NUMBERS_TIMELINE_H
#define NUMBERS_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "stats.h"

#define TIMELINE_THREADS_MAX	64

enum timeline_kind {
	TIMELINE_SWITCH,
	TIMELINE_WAKING,
	TIMELINE_WAKEUP,
};

/**
 * struct timeline_event - a context switch, or a wake-up
 * @time: when, in nanoseconds
 * @kind: what
 * @next: thread that is switched to, or woken
 * @prev: thread that is switched from
 * @preempted: @prev is still runnable
 */
struct timeline_event {
	uint64_t time;
	enum timeline_kind kind;
	pid_t next;
	pid_t prev;
	bool preempted;
};

/**
 * struct timeline_thread - one of the threads that are watched
 * @tid: the thread
 * @run_ns: time it was on the CPU
 * @switches: times it was switched to
 * @waking: when somebody started to wake it; 0 if it isn't waiting to run
 * @woken: when it became runnable; 0 likewise
 */
struct timeline_thread {
	pid_t tid;
	uint64_t run_ns;
	uint64_t switches;
	uint64_t waking;
	uint64_t woken;
};

/**
 * struct timeline - all that was found
 * @begin: start of the time looked at
 * @last: time of the latest switch, or @begin
 * @current: thread on the CPU since @last, -1 as long as it is unknown
 * @whole: it was seen to be switched to, so the slice will be a whole one
 * @slices: whole stretches on the CPU that ended with the thread runnable
 * @blocked: whole stretches on the CPU that ended by going to sleep
 * @wake_to_run: from being runnable to being on the CPU
 * @waking_to_run: from the start of the wake-up to being on the CPU
 * @foreign_ns: time of threads not watched
 * @foreign_switches: switches to them
 * @idle_ns: time of the idle thread
 * @unknown_ns: time before the first switch
 * @switches: all context switches
 */
struct timeline {
	struct timeline_thread threads[TIMELINE_THREADS_MAX];
	size_t nr_threads;
	uint64_t begin;
	uint64_t last;
	pid_t current;
	bool whole;
	struct stats slices;
	struct stats blocked;
	struct stats wake_to_run;
	struct stats waking_to_run;
	uint64_t foreign_ns;
	uint64_t foreign_switches;
	uint64_t idle_ns;
	uint64_t unknown_ns;
	uint64_t switches;
	/* If not NULL, every whole slice goes there as a line of text. */
	FILE *dump;
};

/* Watches @tid too; false if there are too many. */
bool timeline_watch(struct timeline *t, pid_t tid);

/* Sorts events by time; those of the same time keep their order. */
void timeline_sort(struct timeline_event *events, size_t n);

void timeline_begin(struct timeline *t, uint64_t time);
void timeline_event(struct timeline *t, const struct timeline_event *event);
void timeline_end(struct timeline *t, uint64_t time);

/* The result, as members of a JSON object; a histogram unless @bin_ns is 0. */
void timeline_json(struct timeline *t, uint64_t bin_ns, FILE *f);

#endif /* NUMBERS_TIMELINE_H */
