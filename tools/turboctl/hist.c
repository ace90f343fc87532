// SPDX-License-Identifier: GPL-2.0
/*
 * The wake-to-run histogram: see sched_turbo_thread.wake_hist
 */
#include "hist.h"

uint64_t hist_count(const __u64 hist[SCHED_TURBO_HIST_BUCKETS])
{
	uint64_t count = 0;

	for (int i = 0; i < SCHED_TURBO_HIST_BUCKETS; i++)
		count += hist[i];
	return count;
}

uint64_t hist_top_us(void)
{
	return 1ULL << (SCHED_TURBO_HIST_BUCKETS - 2);
}

/*
 * An upper bound, in us, for @percent of the times: the upper end of the bucket
 * in which the time of that rank lies.  HIST_ABOVE if that is the last one,
 * which has none; HIST_EMPTY without any times.
 */
int64_t hist_percentile(const __u64 hist[SCHED_TURBO_HIST_BUCKETS],
			unsigned int percent)
{
	uint64_t count = hist_count(hist), rank, seen = 0;
	int i;

	if (!count)
		return HIST_EMPTY;
	/* ceil(count * percent / 100), without overflow */
	rank = count / 100 * percent + (count % 100 * percent + 99) / 100;
	for (i = 0; i < SCHED_TURBO_HIST_BUCKETS - 1; i++) {
		seen += hist[i];
		if (seen && seen >= rank)
			return 1LL << i;
	}
	return HIST_ABOVE;
}
