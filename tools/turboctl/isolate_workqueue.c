// SPDX-License-Identifier: GPL-2.0
/*
 * The CPUs of the unbound work queues
 *
 * Since 6.8 the kernel takes the CPUs of isolated partitions out by itself and
 * puts them back when a partition goes: "cpumask" has what is in force then,
 * "cpumask_requested" what was last written there, and only that can be
 * restored.  So there is work only without a partition, or on an older kernel.
 */
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "isolate.h"
#include "msg.h"

#define WQ_DIR		"/sys/devices/virtual/workqueue"
#define WQ_CPUMASK	WQ_DIR "/cpumask"
#define WQ_REQUESTED	WQ_DIR "/cpumask_requested"

static const struct cpu_file workqueue_file = {
	.path = WQ_CPUMASK,
	.shown = WQ_CPUMASK,
	.name = "the mask of the unbound work queues",
	.tag = "",
	.mask = true,
};

bool workqueue_is(const struct saved_file *file)
{
	return !strcmp(file->path, WQ_CPUMASK);
}

void workqueue_plan(struct state *st, unsigned int cpu)
{
	struct cpu_file file = workqueue_file;
	struct cpus now, hidden;
	struct saved_file *saved;

	if (!fs_exists(WQ_REQUESTED)) {
		file_plan(st, &file, cpu);
		return;
	}
	if (file_read_cpus(WQ_CPUMASK, true, &now, NULL) ||
	    file_read_cpus(WQ_REQUESTED, true, &hidden, NULL))
		return;
	saved = state_file(st, WQ_CPUMASK);
	if (!saved && !cpus_has(&now, cpu))
		return;
	cpus_andnot(&hidden, &now);
	if (!cpus_subset(&hidden, &st->partition)) {
		if (cpus_has(&now, cpu))
			note("%s is left alone: someone else's partition has changed it, and what is written now would outlive that",
			     file.name);
		return;
	}
	/*
	 * What is written replaces what the kernel took out by itself, so that
	 * has to be taken out by us from here on.
	 */
	file.shown = WQ_REQUESTED;
	if (!file_plan(st, &file, cpu))
		return;
	saved = state_file(st, WQ_CPUMASK);
	cpus_or(&saved->excluded, &hidden);
}
