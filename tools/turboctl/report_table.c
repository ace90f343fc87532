// SPDX-License-Identifier: GPL-2.0
/*
 * What "core list" and "stat" show: as tables
 */
#include <stdio.h>
#include <stdlib.h>

#include "hist.h"
#include "report.h"
#include "units.h"

#define CELL	40

/* @secs is 0 for a counter, else the time in which it came from @before. */
static const char *count(char buf[CELL], uint64_t now, uint64_t before,
			 double secs)
{
	if (before > now)
		before = 0;
	if (secs)
		snprintf(buf, CELL, "%.1f", (now - before) / secs);
	else
		snprintf(buf, CELL, "%llu", (unsigned long long)now);
	return buf;
}

static const char *share(char buf[CELL], uint64_t now, uint64_t before,
			 double secs)
{
	if (before > now)
		before = 0;
	if (secs)
		snprintf(buf, CELL, "%.1f%%",
			 (now - before) / (secs * NSEC_PER_SEC) * 100);
	else
		snprintf(buf, CELL, "%.3fs", (double)now / NSEC_PER_SEC);
	return buf;
}

static const char *percentile(char buf[CELL], const __u64 *hist,
			      unsigned int percent)
{
	int64_t us = hist_percentile(hist, percent);
	char text[DURATION_LEN];

	if (us == HIST_EMPTY)
		return "-";
	if (us == HIST_ABOVE)
		format_duration(hist_top_us() * NSEC_PER_USEC, text);
	else
		format_duration(us * NSEC_PER_USEC, text);
	snprintf(buf, CELL, "%s%s", us == HIST_ABOVE ? ">" : "", text);
	return buf;
}

static const char *isolation(char buf[CELL], const struct report *r,
			     const struct sched_turbo_core *core)
{
	enum isolation how = report_isolation(r, core);

	snprintf(buf, CELL, "%s%s", isolation_name(how),
		 how == ISOLATION_PARTITION &&
		 !partition_holds(&r->st, core->cpu) ? " (lost)" : "");
	return buf;
}

static const char *core_state(const struct sched_turbo_core *core)
{
	return core->flags & SCHED_TURBO_CORE_ONLINE ? "online" : "offline";
}

static void no_cores(void)
{
	puts("There is no turbo core (turboctl core add CPU makes one).");
}

void report_print_core_list(const struct report *r)
{
	char slice[DURATION_LEN], how[CELL];

	if (!r->nr_cores) {
		no_cores();
		return;
	}
	printf("%4s  %-7s  %-16s %8s %8s\n", "CPU", "STATE", "ISOLATION",
	       "SLICE", "THREADS");
	for (unsigned int i = 0; i < r->nr_cores; i++) {
		const struct sched_turbo_core *core = &r->cores[i];

		printf("%4u  %-7s  %-16s %8s %8u\n", core->cpu,
		       core_state(core), isolation(how, r, core),
		       format_duration(core->slice_ns, slice),
		       core->nr_threads);
	}
}

static const struct sched_turbo_core *
same_core(const struct report *before, const struct sched_turbo_core *core)
{
	static const struct sched_turbo_core none;

	for (unsigned int i = 0; before && i < before->nr_cores; i++)
		if (before->cores[i].cpu == core->cpu)
			return &before->cores[i];
	return &none;
}

static const struct sched_turbo_thread *
same_thread(const struct report *before,
	    const struct sched_turbo_thread *thread)
{
	static const struct sched_turbo_thread none;

	for (unsigned int i = 0; before && i < before->nr_threads; i++)
		if (before->threads[i].tid == thread->tid &&
		    before->threads[i].vm == thread->vm)
			return &before->threads[i];
	return &none;
}

static void print_core(const struct report *before,
		       const struct sched_turbo_core *core, double secs)
{
	const struct sched_turbo_core *old = same_core(before, core);
	char slice[DURATION_LEN], cell[7][CELL];

	printf("%4u  %-7s  %8s %7u %10s %10s %9s %9s %9s %8s %7s\n", core->cpu,
	       core_state(core), format_duration(core->slice_ns, slice),
	       core->nr_threads,
	       count(cell[0], core->slices, old->slices, secs),
	       count(cell[1], core->slice_ends, old->slice_ends, secs),
	       share(cell[2], core->turbo_ns, old->turbo_ns, secs),
	       share(cell[3], core->foreign_ns, old->foreign_ns, secs),
	       count(cell[4], core->foreign_switches, old->foreign_switches,
		     secs),
	       count(cell[5], core->migrations_in, old->migrations_in, secs),
	       count(cell[6], core->rescues, old->rescues, secs));
}

static void print_thread(const struct report *before,
			 const struct sched_turbo_thread *thread, double secs)
{
	const struct sched_turbo_thread *old = same_thread(before, thread);
	__u64 hist[SCHED_TURBO_HIST_BUCKETS];
	char slice[DURATION_LEN], cell[9][CELL];

	for (int i = 0; i < SCHED_TURBO_HIST_BUCKETS; i++)
		hist[i] = thread->wake_hist[i] -
			  (old->wakeups > thread->wakeups ||
			   old->wake_hist[i] > thread->wake_hist[i] ?
			   0 : old->wake_hist[i]);
	printf("%9d %4u  %-15s %7s%s %10s %10s %9s %9s %10s %9s %9s %6s %6s\n",
	       thread->tid, thread->cpu, thread->comm,
	       format_duration(thread->slice_ns, slice),
	       thread->flags & SCHED_TURBO_THREAD_OWN_SLICE ? "*" : " ",
	       count(cell[0], thread->slices, old->slices, secs),
	       count(cell[1], thread->slice_ends, old->slice_ends, secs),
	       share(cell[2], thread->run_ns, old->run_ns, secs),
	       share(cell[3], thread->wait_ns, old->wait_ns, secs),
	       count(cell[4], thread->wakeups, old->wakeups, secs),
	       percentile(cell[5], hist, 50), percentile(cell[6], hist, 99),
	       count(cell[7], thread->migrations, old->migrations, secs),
	       count(cell[8], thread->strays, old->strays, secs));
}

static void print_vm(pid_t vm)
{
	char *name = report_vm_name(vm);

	if (vm)
		printf("VM %d (%s)\n", vm, name ? name : "gone");
	else
		puts("VMs of other PID namespaces");
	free(name);
}

static void print_thread_head(void)
{
	printf("\n%9s %4s  %-15s %7s  %10s %10s %9s %9s %10s %9s %9s %6s %6s\n",
	       "TID", "CPU", "NAME", "SLICE", "SLICES", "ENDS", "RUN", "WAIT",
	       "WAKEUPS", "P50", "P99", "MOVES", "STRAYS");
}

void report_print(const struct report *r, const struct report *before)
{
	double secs = before ? (double)(r->time_ns - before->time_ns) /
			       NSEC_PER_SEC : 0;

	if (!r->nr_cores)
		no_cores();
	else
		printf("%4s  %-7s  %8s %7s %10s %10s %9s %9s %9s %8s %7s\n",
		       "CPU", "STATE", "SLICE", "THREADS", "SLICES", "ENDS",
		       "TURBO", "FOREIGN", "FSWITCHES", "MOVED-IN", "RESCUES");
	for (unsigned int i = 0; i < r->nr_cores; i++)
		print_core(before, &r->cores[i], secs);
	if (r->nr_threads)
		print_thread_head();
	for (unsigned int i = 0; i < r->nr_threads; i++) {
		if (!i || r->threads[i].vm != r->threads[i - 1].vm)
			print_vm(r->threads[i].vm);
		print_thread(before, &r->threads[i], secs);
	}
}
