// SPDX-License-Identifier: GPL-2.0
/*
 * cycle.c - load, attach live vCPU threads, unload: cycle [TIMES]
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi.h"
#include "attr.h"
#include "host.h"
#include "proc.h"
#include "tap.h"
#include "vm.h"

#define TIMES	200
#define NR	4

static pid_t tid[NR];
static struct attr before[NR];
static struct vm hog, hlt;
static struct proc p;

/* Two vCPUs that run and two that sleep; threads where there is no KVM. */
static void setup(void)
{
	static const char *const cpus[NR] = { "0-3", "0", "0-1", "1" };
	int i;

	if (vm_start(&hog, 2, "hog") && vm_start(&hlt, 2, "hlt")) {
		memcpy(tid, hog.tid, 2 * sizeof(*tid));
		memcpy(tid + 2, hlt.tid, 2 * sizeof(*tid));
	} else {
		note("no KVM: plain threads");
		p = proc_start(NR, TASK_NAP);
		for (i = 0; i < NR; i++)
			tid[i] = proc_tid(&p, i);
	}
	for (i = 0; i < NR; i++) {
		struct attr attr = { .nice = i };

		attr_set(tid[i], &attr);
		cpus_set(tid[i], cpus[i]);
		attr_get(tid[i], &before[i]);
	}
}

/* What has gone wrong in it. */
static const char *once(int n)
{
	uint64_t late = 0;
	int i;

	if (module_load("turbo_cpus=" TURBO_CPUS))
		return "load";
	for (i = 0; i < NR; i++)
		if (attach(tid[i], 0))
			return "attach";
	if (threads(NULL, 0) != NR)
		return "list";
	/* sometimes they hardly arrive, sometimes the keeper has gone round */
	usleep(n % 4 * 20000);
	late = rescues();
	if (module_unload())
		return "unload";
	for (i = 0; i < NR; i++)
		if (!attr_is(tid[i], &before[i], "thread"))
			return "restore";
	return late ? "rescues" : NULL;
}

int main(int argc, char **argv)
{
	int times = argc > 1 ? atoi(argv[1]) : TIMES;
	const char *wrong = NULL;
	int n;

	tap_start();
	module_unload();
	setup();
	for (n = 0; n < times && !wrong; n++)
		wrong = once(n);
	ok(!wrong, "%d cycles of load, attach and unload", times);
	if (wrong)
		note("%s, in cycle %d", wrong, n);
	module_unload();
	vm_end(&hog);
	vm_end(&hlt);
	proc_end(&p);
	return tap_end();
}
