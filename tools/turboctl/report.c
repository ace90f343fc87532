// SPDX-License-Identifier: GPL-2.0
/*
 * What "core list" and "stat" show: collecting it
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dev.h"
#include "fs.h"
#include "msg.h"
#include "report.h"
#include "units.h"

static int compare_cores(const void *a, const void *b)
{
	const struct sched_turbo_core *x = a, *y = b;

	return (x->cpu > y->cpu) - (x->cpu < y->cpu);
}

static int compare_threads(const void *a, const void *b)
{
	const struct sched_turbo_thread *x = a, *y = b;

	if (x->vm != y->vm)
		return (x->vm > y->vm) - (x->vm < y->vm);
	return (x->tid > y->tid) - (x->tid < y->tid);
}

static int compare_vms(const void *a, const void *b)
{
	const struct sched_turbo_vm *x = a, *y = b;

	return (x->pid > y->pid) - (x->pid < y->pid);
}

static void keep_vm(struct report *r, pid_t vm)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < r->nr_threads; i++)
		if (r->threads[i].vm == vm)
			r->threads[kept++] = r->threads[i];
	r->nr_threads = kept;
	kept = 0;
	for (unsigned int i = 0; i < r->nr_vms; i++)
		if (r->vms[i].pid == vm)
			r->vms[kept++] = r->vms[i];
	r->nr_vms = kept;
}

static int collect(struct report *r, bool threads, unsigned int vm)
{
	struct timespec now;
	int fd, err;

	memset(r, 0, sizeof(*r));
	fd = dev_open();
	if (fd < 0)
		return fd;
	err = dev_cores(fd, &r->cores, &r->nr_cores);
	if (!err && threads)
		err = dev_threads(fd, &r->threads, &r->nr_threads);
	if (!err && threads)
		err = dev_vms(fd, &r->vms, &r->nr_vms);
	clock_gettime(CLOCK_MONOTONIC, &now);
	close(fd);
	if (err) {
		report_free(r);
		return err;
	}
	r->time_ns = now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
	if (vm)
		keep_vm(r, vm);
	qsort(r->cores, r->nr_cores, sizeof(r->cores[0]), compare_cores);
	if (r->nr_vms)
		qsort(r->vms, r->nr_vms, sizeof(r->vms[0]), compare_vms);
	if (threads)
		qsort(r->threads, r->nr_threads, sizeof(r->threads[0]),
		      compare_threads);
	/* Without it, only who isolated a core remains unknown. */
	state_load(&r->st);
	return 0;
}

int report_cores(struct report *r)
{
	return collect(r, false, 0);
}

int report_all(struct report *r, unsigned int vm)
{
	return collect(r, true, vm);
}

int report_vms(struct report *r)
{
	return collect(r, true, 0);
}

void report_free(struct report *r)
{
	free(r->vms);
	free(r->cores);
	free(r->threads);
	state_free(&r->st);
	memset(r, 0, sizeof(*r));
}

enum isolation report_isolation(const struct report *r,
				const struct sched_turbo_core *core)
{
	enum isolation how = isolation_of(&r->st, core->cpu);

	if (how == ISOLATION_NONE &&
	    (core->flags & SCHED_TURBO_CORE_ISOLATED))
		return ISOLATION_OTHER;
	return how;
}

/* Of the process, not of the threads; NULL if it cannot be seen. */
char *report_vm_name(pid_t vm)
{
	char *path = xprintf("/proc/%d/comm", vm);
	char *name;

	if (!vm || fs_read(path, &name))
		name = NULL;
	free(path);
	return name ? printable(name) : NULL;
}
