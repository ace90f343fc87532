// SPDX-License-Identifier: GPL-2.0
/*
 * turns.c - how much emulated CPUs get done that are busy at the same time
 *
 * usage: turns MS CPU...
 *
 * Loops on each CPU, on all at once, for so many milliseconds, and prints for each
 * "CPU LOOPS", in a millisecond that it ran, and last "even X": what the slowest did
 * over what the fastest did, 1 if they are emulated evenly.
 */
#include <err.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static double loops(int cpu, double from, double to)
{
	unsigned long n = 0;
	cpu_set_t set;
	double ran;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set) < 0)
		err(1, "CPU %d", cpu);
	while (seconds(CLOCK_MONOTONIC) < from)
		;
	ran = seconds(CLOCK_PROCESS_CPUTIME_ID);
	while (seconds(CLOCK_MONOTONIC) < to)
		for (int i = 0; i < 500; i++) {
			n++;
			/* or there would be no loop */
			asm volatile("" : "+r"(n));
		}
	ran = seconds(CLOCK_PROCESS_CPUTIME_ID) - ran;
	return n / ran / 1000;
}

int main(int argc, char **argv)
{
	double from = seconds(CLOCK_MONOTONIC) + 0.05, *did, low = 0, high = 0;
	int ms, i, status;

	if (argc < 3)
		errx(2, "usage: turns MS CPU...");
	ms = atoi(argv[1]);
	if (ms < 10 || ms > 10000)
		errx(2, "'%s': not 10 to 10000 ms", argv[1]);
	did = mmap(NULL, argc * sizeof(*did), PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (did == MAP_FAILED)
		err(1, "mmap");
	for (i = 2; i < argc; i++) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (!pid) {
			did[i] = loops(atoi(argv[i]), from, from + ms / 1e3);
			_exit(0);
		}
	}
	while (wait(&status) > 0)
		if (status)
			errx(1, "a loop failed");
	for (i = 2; i < argc; i++) {
		printf("%s %.0f\n", argv[i], did[i]);
		if (i == 2 || did[i] < low)
			low = did[i];
		if (did[i] > high)
			high = did[i];
	}
	printf("even %.3f\n", low / high);
	return 0;
}
