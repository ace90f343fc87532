// SPDX-License-Identifier: GPL-2.0
/*
 * shortturns.c - short turns of the emulated CPUs, for the virtual clock
 *
 * usage: shortturns CPU US
 *
 * QEMU runs the CPUs of the test host by turns, each of them up to the time to the
 * next timer divided by their number: what one CPU does to another takes so long to be
 * seen, 250 us where nothing has a nearer timer than the tick.  This has a CPU, one
 * that does not matter, take a timer's interrupt each US microseconds, until it is
 * killed; nobody wakes up for that.  Prints a line when it has begun.
 */
#include <err.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
	};
	int cpu, us;

	if (argc != 3)
		errx(2, "usage: shortturns CPU US");
	cpu = atoi(argv[1]);
	us = atoi(argv[2]);
	/* below 10 us the kernel makes it that */
	if (us < 10 || us > 1000)
		errx(2, "'%s': not 10 to 1000 us", argv[2]);
	attr.sample_period = us * 1000ULL;
	if (syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC) < 0)
		err(1, "perf_event_open on CPU %d", cpu);
	puts("begun");
	fflush(stdout);
	for (;;)
		pause();
}
