/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The wake-to-run histogram: see sched_turbo_thread.wake_hist
 */
#ifndef TURBOCTL_HIST_H
#define TURBOCTL_HIST_H

#include <stdint.h>

#include <linux/sched_turbo.h>

/* What hist_percentile() says when there is no upper bound to tell. */
#define HIST_EMPTY	-1
#define HIST_ABOVE	-2

uint64_t hist_count(const __u64 hist[SCHED_TURBO_HIST_BUCKETS]);
int64_t hist_percentile(const __u64 hist[SCHED_TURBO_HIST_BUCKETS],
			unsigned int percent);

/* The lower bound of the last bucket, in us. */
uint64_t hist_top_us(void);

#endif
