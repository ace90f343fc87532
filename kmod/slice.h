/* SPDX-License-Identifier: GPL-2.0 */
/*
 * slice.h - what slice.c and slice_core.c share
 *
 * All of it runs on the core's own CPU with interrupts off.
 */
#ifndef SCHED_TURBO_SLICE_H
#define SCHED_TURBO_SLICE_H

#include "turbo.h"

enum hrtimer_restart turbo_slice_expire(struct hrtimer *timer);
void turbo_slice_poked(void *info);
void turbo_slice_disarm(struct turbo_core *core);
void turbo_slice_look(struct turbo_core *core);
void turbo_slice_begin(struct turbo_core *core, struct turbo_thread *th,
		       u64 now);
void turbo_slice_end(struct turbo_core *core, struct task_struct *prev,
		     bool runnable, u64 now);

#endif /* SCHED_TURBO_SLICE_H */
