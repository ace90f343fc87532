// SPDX-License-Identifier: GPL-2.0
/*
 * place.c - where a thread of these tests runs, and whether it does
 */
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "place.h"

void in_netns(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(2, "%s", path);
	close(fd);
}

void on_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(2, "CPU %d", cpu);
}

void until_it_waits(int tid)
{
	char path[64], state = 0;
	int tries;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	for (tries = 0; state != 'D'; tries++) {
		if (tries == 20000)
			errx(1, "thread %d does not wait: state %c", tid, state);
		usleep(1000);
		f = fopen(path, "r");
		if (!f)
			err(1, "%s", path);
		if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
			state = '?';
		fclose(f);
	}
}
