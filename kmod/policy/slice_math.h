/* SPDX-License-Identifier: GPL-2.0 */
/*
 * slice_math.h - when a turbo slice ends (vTurbo 3.1, "micro time-slice")
 *
 * Pure arithmetic: no kernel state, no clock is read here.
 */
#ifndef SCHED_TURBO_SLICE_MATH_H
#define SCHED_TURBO_SLICE_MATH_H

#include "types.h"

/*
 * The lead aims at switching this long after the deadline.  Zero would make
 * half of the interrupts come a hair too early, and each of those is wasted:
 * EEVDF keeps a task whose request is not used up.
 */
#define TURBO_LATE_TARGET_NS	400

/* Later than this is not the timer's latency but interrupts held off. */
#define TURBO_LATE_OUTLIER_NS	20000

/* The lead never takes more than this part of a slice. */
#define TURBO_LEAD_SLICE_DIV	8

/* The shortest delay worth an interrupt. */
#define TURBO_DELAY_MIN_NS	1000

/* First pause before an interrupt that changed nothing is repeated. */
#define TURBO_RETRY_MIN_NS	3000

/**
 * turbo_slice_valid - is this a slice that a turbo core may have?
 * @ns: slice in nanoseconds
 * @min: smallest one in nanoseconds
 * @max: largest one in nanoseconds
 *
 * Return: true if @ns lies in [@min, @max].
 */
static inline bool turbo_slice_valid(u64 ns, u64 min, u64 max)
{
	return ns >= min && ns <= max;
}

/**
 * turbo_wall_ns - wall time that a stretch of virtual time lasts
 * @virtual_ns: virtual nanoseconds, negative if the deadline has passed
 * @weight: load weight of the entity, scaled: nice 0 is 1 << 20
 *
 * The inverse of the kernel's calc_delta_fair(): an entity of twice the
 * weight needs twice the wall time for the same virtual time.
 *
 * Return: wall nanoseconds, 0 if @virtual_ns is not positive, saturated at
 * one second (no request is that long; keeps a corrupt weight harmless).
 */
static inline u64 turbo_wall_ns(s64 virtual_ns, u64 weight)
{
	const u64 second = 1000000000ULL;

	if (virtual_ns <= 0)
		return 0;
	/* 88761 << 10 is the weight of nice -20; groups may weigh more */
	if ((u64)virtual_ns >= (1ULL << 36) || weight > (1ULL << 28))
		return second;
	virtual_ns = (s64)(((u64)virtual_ns * weight) >> 20);
	return (u64)virtual_ns < second ? (u64)virtual_ns : second;
}

/**
 * turbo_timer_delay - how long to wait before the slice interrupt
 * @left_ns: wall time left of the slice
 * @lead_ns: time from the interrupt to the switch, as learned
 *
 * Return: nanoseconds from now, at least TURBO_DELAY_MIN_NS.
 */
static inline u64 turbo_timer_delay(u64 left_ns, u32 lead_ns)
{
	if (left_ns < (u64)lead_ns + TURBO_DELAY_MIN_NS)
		return TURBO_DELAY_MIN_NS;
	return left_ns - lead_ns;
}

/**
 * turbo_lead_learn - correct the lead after a slice that the timer ended
 * @lead_ns: lead used
 * @late_ns: how long after its deadline the thread was switched out;
 *           negative if before
 * @slice_ns: slice of the core
 *
 * Late, the lead moves by an eighth of the error, so that one odd interrupt
 * does not count for much.  Early, it gives way at once: EEVDF switches away
 * from a task that has had more than its share even before its deadline, and
 * the rest of the request then costs a short slice of its own.
 *
 * Return: the lead to use next, 0 to @slice_ns / TURBO_LEAD_SLICE_DIV.
 */
static inline u32 turbo_lead_learn(u32 lead_ns, s64 late_ns, u64 slice_ns)
{
	s64 max = (s64)(slice_ns / TURBO_LEAD_SLICE_DIV);
	s64 error = late_ns - TURBO_LATE_TARGET_NS;
	s64 next = lead_ns;

	if (late_ns <= TURBO_LATE_OUTLIER_NS &&
	    late_ns >= -TURBO_LATE_OUTLIER_NS)
		next += late_ns < 0 ? error : error / 8;
	if (next < 0)
		next = 0;
	return (u32)(next < max ? next : max);
}

/**
 * turbo_lead_counts - may the lead be learned from this slice?
 * @want_ns: wall time the slice had left when its timer was set
 * @lead_ns: lead used
 *
 * The rest of a request that is shorter than the lead cannot be ended in
 * time, which says nothing about the lead.
 */
static inline bool turbo_lead_counts(u64 want_ns, u32 lead_ns)
{
	return want_ns >= 2 * ((u64)lead_ns + TURBO_DELAY_MIN_NS);
}

/**
 * turbo_lead_early - correct the lead after an interrupt that came too early
 * @lead_ns: lead used
 *
 * Being early costs a whole interrupt, being late costs what it is late: so
 * this backs off faster than turbo_lead_learn() advances.
 *
 * Return: the lead to use next.
 */
static inline u32 turbo_lead_early(u32 lead_ns)
{
	return lead_ns > TURBO_LATE_TARGET_NS ?
		lead_ns - TURBO_LATE_TARGET_NS : 0;
}

/**
 * turbo_retry_next - pause before the next repetition of a slice interrupt
 * @retry_ns: the last pause, 0 if there was none
 * @lead_ns: time from the interrupt to the switch, as learned
 * @slice_ns: slice of the core, the longest pause
 *
 * The first pause gives the switch twice the time it takes: a repetition that
 * comes due while the switch is under way is an interrupt for nothing, even
 * if the switch then cancels its timer.  Later ones double, so that a thread
 * stuck in a long kernel section without a preemption point is not peppered
 * with interrupts.
 *
 * Return: nanoseconds.
 */
static inline u64 turbo_retry_next(u64 retry_ns, u32 lead_ns, u64 slice_ns)
{
	if (retry_ns)
		retry_ns *= 2;
	else
		retry_ns = TURBO_RETRY_MIN_NS + 2 * (u64)lead_ns;
	return retry_ns < slice_ns ? retry_ns : slice_ns;
}

/**
 * turbo_hist_bucket - bucket of a wake-to-run time
 * @ns: the time
 * @buckets: number of buckets, at least 1
 *
 * Return: 0 for [0, 1) us, n for [2^(n-1), 2^n) us, @buckets - 1 for all
 * above.
 */
static inline u32 turbo_hist_bucket(u64 ns, u32 buckets)
{
	u64 us = ns / 1000;
	u32 n = us ? 64 - (u32)__builtin_clzll(us) : 0;

	return n < buckets ? n : buckets - 1;
}

#endif /* SCHED_TURBO_SLICE_MATH_H */
