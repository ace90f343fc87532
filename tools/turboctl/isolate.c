// SPDX-License-Identifier: GPL-2.0
/*
 * Keeping everything else off a turbo core, and undoing that
 */
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "isolate.h"
#include "msg.h"

static const char * const names[] = {
	[ISOLATION_NONE] = "none",
	[ISOLATION_PARTIAL] = "partial",
	[ISOLATION_PARTITION] = "partition",
	[ISOLATION_BOOT] = "boot",
	[ISOLATION_OTHER] = "other",
};

const char *isolation_name(enum isolation how)
{
	return names[how];
}

enum isolation isolation_of(const struct state *st, unsigned int cpu)
{
	if (cpus_has(&st->partition, cpu))
		return ISOLATION_PARTITION;
	if (cpu_is_boot_isolated(cpu))
		return ISOLATION_BOOT;
	return cpus_has(&st->cores, cpu) ? ISOLATION_PARTIAL : ISOLATION_NONE;
}

/* Where to put what was on turbo cores only. */
static void spare_cpus(const struct state *st, struct cpus *spare)
{
	struct cpus online, boot;

	if (fs_read_cpulist("/sys/devices/system/cpu/online", &online))
		cpus_add(&online, 0);
	*spare = online;
	cpus_andnot(spare, &st->cores);
	if (!fs_read_cpulist("/sys/devices/system/cpu/isolated", &boot))
		cpus_andnot(spare, &boot);
	/* All others isolated at boot: better there than nowhere. */
	if (cpus_empty(spare)) {
		*spare = online;
		cpus_andnot(spare, &st->cores);
	}
}

/* Writes what was planned. */
static void apply_files(struct state *st, unsigned int cpu,
			struct isolated *done)
{
	char *kept = NULL;
	struct cpus spare;

	spare_cpus(st, &spare);
	for (size_t i = st->nr_files; i--;) {
		struct saved_file *file = &st->files[i];
		bool is_workqueue = workqueue_is(file), is_irq = irq_is(file);
		char *name, *path;
		bool stays;
		int err;

		if (!file->pending)
			continue;
		name = xstrdup(file->name);
		path = xstrdup(file->path);
		stays = irq_stays(file, cpu);
		err = file_apply(st, file, cpu, &spare);
		if (!err && is_workqueue)
			done->workqueues = true;
		else if (!err)
			done->irqs += is_irq;
		else if (is_workqueue)
			note("unbound work queues still use CPU %u: %s: %s",
			     cpu, path, strerror(-err));
		else if (stays)
			xlist(&kept, "%s", name);
		free(name);
		free(path);
	}
	if (kept)
		note("the kernel does not let go of these, which CPU %u still takes: %s (those that a driver spreads over all CPUs are kept off by isolcpus=managed_irq,%u)",
		     cpu, kept, cpu);
	free(kept);
}

static void restore_files(struct state *st, unsigned int cpu)
{
	struct cpus spare;

	spare_cpus(st, &spare);
	for (size_t i = st->nr_files; i--;) {
		struct saved_file *file = &st->files[i];

		if (!cpus_has(&file->excluded, cpu))
			continue;
		if (irq_is_another(file)) {
			note("%s is left alone: its number is another interrupt's by now",
			     file->name);
			state_drop_file(st, file);
			continue;
		}
		file_restore(st, file, cpu, &spare);
	}
}

/*
 * Keeps everything else off @cpu as far as this machine can, and notes what it
 * cannot.  Fails, without having changed anything, only if there is no place to
 * remember what was changed.
 */
int isolate_add(struct state *st, unsigned int cpu,
		struct attached *attached, struct isolated *done)
{
	struct pinned *pinned;
	int err;

	memset(done, 0, sizeof(*done));
	cpus_add(&st->cores, cpu);
	err = state_save(st);
	if (err) {
		cpus_del(&st->cores, cpu);
		return err;
	}
	/* Even a partition that fails may unpin threads. */
	pinned = pinned_read(st, attached);
	done->how = partition_add(st, cpu);
	pinned_keep_off(st, pinned, cpu);
	pinned_free(pinned);

	irq_plan(st, cpu);
	workqueue_plan(st, cpu);
	/* Should this fail, what follows still is undone by this process. */
	state_save(st);
	apply_files(st, cpu, done);
	state_save(st);
	return 0;
}

/* Undoes exactly that, as far as nobody else has changed it meanwhile. */
int isolate_del(struct state *st, unsigned int cpu, struct attached *attached)
{
	struct pinned *pinned;

	cpus_del(&st->cores, cpu);
	restore_files(st, cpu);
	pinned = pinned_read(st, attached);
	partition_del(st, cpu);
	pinned_give_back(st, pinned, cpu);
	pinned_free(pinned);
	return state_save(st);
}
