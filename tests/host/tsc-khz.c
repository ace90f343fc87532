// SPDX-License-Identifier: GPL-2.0
/*
 * Prints this machine's TSC frequency in kHz.
 *
 * TCG hands the machine's own TSC to the test host, whose kernel would calibrate
 * it against emulated timers.  On a busy machine that goes wrong once in a while,
 * by factors, and all of the host's time with it; so it is told.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

struct point {
	uint64_t tsc;
	int64_t ns;
};

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC_RAW, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/* The pair of readings that had the least between them: no interruption. */
static struct point sample(void)
{
	struct point best = { 0 };
	int64_t least = INT64_MAX;

	for (int i = 0; i < 1000; i++) {
		int64_t before = now();
		uint64_t tsc = __rdtsc();
		int64_t after = now();

		if (after - before < least) {
			least = after - before;
			best.tsc = tsc;
			best.ns = before + least / 2;
		}
	}
	return best;
}

int main(void)
{
	const struct timespec pause = { .tv_nsec = 50000000 };
	struct point a, b;

	a = sample();
	nanosleep(&pause, NULL);
	b = sample();
	printf("%.0f\n", (b.tsc - a.tsc) * 1e6 / (b.ns - a.ns));
	return 0;
}
