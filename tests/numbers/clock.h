/* SPDX-License-Identifier: GPL-2.0 */
/*
 * clock.h - the clock of the records, and sleeping by it
 */
#ifndef NUMBERS_CLOCK_H
#define NUMBERS_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static inline void sleep_ns(uint64_t ns)
{
	struct timespec ts = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };

	nanosleep(&ts, NULL);
}

#endif /* NUMBERS_CLOCK_H */
