/* SPDX-License-Identifier: GPL-2.0 */
/*
 * slice.h - what slice.c and slice_core.c share
 *
 * Where nothing else is said it runs on the core's own CPU, interrupts off.
 */
#ifndef SCHED_TURBO_SLICE_H
#define SCHED_TURBO_SLICE_H

#include <linux/atomic.h>

#include "turbo.h"

/**
 * turbo_slice_waits - say on which core a thread waits, if it does
 * @th: the thread
 * @core: the core, NULL if it no longer waits
 *
 * Each change takes with it what the one before had added, so the counts are
 * right whoever comes first; most come in order, under the runqueue lock.
 *
 * Context: any.
 */
static inline void turbo_slice_waits(struct turbo_thread *th,
				     struct turbo_core *core)
{
	struct turbo_core *old;

	if (READ_ONCE(th->waits_on) == core)
		return;
	if (core)
		atomic_inc(&core->waiting);
	old = xchg(&th->waits_on, core);
	if (old)
		atomic_dec(&old->waiting);
}

enum hrtimer_restart turbo_slice_expire(struct hrtimer *timer);
void turbo_slice_poked(void *info);
void turbo_slice_disarm(struct turbo_core *core);
void turbo_slice_look(struct turbo_core *core);
void turbo_slice_begin(struct turbo_core *core, struct turbo_thread *th,
		       u64 now);
void turbo_slice_end(struct turbo_core *core, struct task_struct *prev,
		     bool runnable, u64 now);

#endif /* SCHED_TURBO_SLICE_H */
