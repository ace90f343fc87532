// SPDX-License-Identifier: GPL-2.0
/*
 * observe.c - tracepoints, debugfs, and the hooks when nothing is attached
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi.h"
#include "attr.h"
#include "host.h"
#include "kcore.h"
#include "proc.h"
#include "tap.h"
#include "trace.h"

#define DEBUGFS	"/sys/kernel/debug/sched_turbo"
#define EVENTS	"/sys/kernel/tracing/events/sched_turbo"

/* Tracepoints of the scheduler, and what the module hooks to them. */
#define HOOKS	7

static struct kcore_symbol tracepoint[HOOKS] = {
	{ "__tracepoint_sched_switch", "", 0 },
	{ "__tracepoint_sched_wakeup", "", 0 },
	{ "__tracepoint_sched_wakeup_new", "", 0 },
	{ "__tracepoint_sched_migrate_task", "", 0 },
	{ "__tracepoint_sched_process_fork", "", 0 },
	{ "__tracepoint_sched_process_exec", "", 0 },
	{ "__tracepoint_sched_process_exit", "", 0 },
};

static struct kcore_symbol probe[HOOKS] = {
	{ "probe_switch", "sched_turbo", 0 },
	{ "probe_wakeup", "sched_turbo", 0 },
	{ "probe_wakeup", "sched_turbo", 0 },
	{ "probe_migrate", "sched_turbo", 0 },
	{ "probe_fork", "sched_turbo", 0 },
	{ "probe_exec", "sched_turbo", 0 },
	{ "probe_exit", "sched_turbo", 0 },
};

/*
 * A struct tracepoint has, somewhere, a pointer to its array of probes, each
 * of three words of which the first is the function.
 */
static bool hooked(int hook)
{
	uint64_t word[12], probes[3 * 8];
	int i, n;

	if (!kcore_read(tracepoint[hook].address, word, sizeof(word)))
		return false;
	for (i = 0; i < 12; i++) {
		/* the array is in neither the kernel's image nor a module */
		if (word[i] >> 47 != 0x1ffff || word[i] & 7 ||
		    word[i] >> 31 == 0x1ffffffff)
			continue;
		if (!kcore_read(word[i], probes, sizeof(probes)))
			continue;
		for (n = 0; n < 8 && probes[3 * n]; n++)
			if (probes[3 * n] == probe[hook].address)
				return true;
	}
	return false;
}

static int how_many_hooked(void)
{
	int i, n = 0;

	for (i = 0; i < HOOKS; i++)
		n += hooked(i);
	return n;
}

static void hooks_are_off(void)
{
	struct proc p = proc_start(2, TASK_NAP);
	struct proc guest = proc_start(1, TASK_NAP);
	struct sched_turbo_core c = { 0 }, d = { 0 };
	uint64_t word;
	bool readable;

	cpus_set(guest.pid, "2");
	core_find(2, &c);
	usleep(300000);
	core_find(2, &d);
	ok(!memcmp(&c, &d, sizeof(c)),
	   "nothing is counted while nothing is attached");

	kcore_find(tracepoint, HOOKS);
	kcore_find(probe, HOOKS);
	readable = probe[0].address &&
		   kcore_read(tracepoint[0].address, &word, sizeof(word));
	if (!readable)
		skip("no /proc/kcore or symbols", "hooks off and on");
	else
		is(how_many_hooked(), 0, "no hooks at first");

	attach(proc_tid(&p, 0), 0);
	if (readable)
		is(how_many_hooked(), HOOKS, "all hooks with a thread");
	attach(proc_tid(&p, 1), 0);
	detach(proc_tid(&p, 0), NULL);
	if (readable)
		is(how_many_hooked(), HOOKS, "all hooks with one of two left");
	core_find(2, &c);
	ok(await(SOON, core_find(2, &d) &&
		 d.foreign_switches > c.foreign_switches),
	   "switches are counted now");

	detach(proc_tid(&p, 1), NULL);
	if (readable)
		is(how_many_hooked(), 0, "no hooks with none left");
	is(attach(INT32_MAX, 0), -ESRCH, "an attach is refused");
	is(attach(proc_tid(&p, 0), 1), -ERANGE, "another is, later");
	if (readable)
		is(how_many_hooked(), 0, "no hooks after that");

	attach(proc_tid(&p, 0), 0);
	attach(proc_tid(&p, 1), 0);
	proc_end(&p);
	await(SOON, !threads(NULL, 0));
	if (readable)
		ok(await(SOON, !how_many_hooked()), "no hooks after an exit");
	core_find(2, &c);
	usleep(300000);
	core_find(2, &d);
	is(d.foreign_switches, c.foreign_switches, "nothing is counted again");
	proc_end(&guest);
}

static void tracepoints(void)
{
	static const char *const names[] = {
		"sched_turbo_attach", "sched_turbo_detach",
		"sched_turbo_slice_end", "sched_turbo_core_change",
	};
	struct proc p = proc_start(2, TASK_SPIN);
	char path[128], text[128];
	size_t i;

	if (access("/sys/kernel/tracing/events", F_OK)) {
		skip("no tracefs", "tracepoints");
		proc_end(&p);
		return;
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), EVENTS "/%s/format", names[i]);
		ok(!access(path, R_OK), "tracepoint %s is there", names[i]);
	}
	ok(trace_start("sched_turbo", NULL, "f"), "tracepoints on");
	core_del(3);
	attach(proc_tid(&p, 0), 0);
	attach(proc_tid(&p, 1), 300 * US);
	snprintf(text, sizeof(text),
		 "sched_turbo_attach: comm=observe pid=%d cpu=2 slice_ns=100000",
		 proc_tid(&p, 0));
	is(trace_count(text), 1, "attach is traced");
	snprintf(text, sizeof(text),
		 "sched_turbo_attach: comm=observe pid=%d cpu=2 slice_ns=300000",
		 proc_tid(&p, 1));
	is(trace_count(text), 1, "another one, too");
	snprintf(text, sizeof(text), "sched_turbo_slice_end: pid=%d cpu=2",
		 proc_tid(&p, 0));
	ok(await(SOON, trace_count(text) > 1), "ends of slices are traced");
	core_add(3, 0);
	ok(await(SOON, trace_count("sched_turbo_core_change") > 0 &&
		 trace_count("from=2 to=3")), "a change of core is traced");
	/* not while the module is just setting it, too */
	await(SOON, cpus_are(proc_tid(&p, 0), TURBO_CPUS));
	cpus_set(proc_tid(&p, 0), "0");
	detach(proc_tid(&p, 0), NULL);
	detach(proc_tid(&p, 1), NULL);
	snprintf(text, sizeof(text),
		 "sched_turbo_detach: comm=observe pid=%d changed=0x8",
		 proc_tid(&p, 0));
	if (!is(trace_count(text), 1, "detach is traced"))
		trace_show("sched_turbo_detach");
	snprintf(text, sizeof(text),
		 "sched_turbo_detach: comm=observe pid=%d changed=0",
		 proc_tid(&p, 1));
	is(trace_count(text), 1, "the other one's, too");
	trace_stop();
	proc_end(&p);
}

/* Line @n of @text, its words: how many. */
static int words(char *text, int n, char **word, int max)
{
	char *line = text, *save;
	int i = 0;

	while (n-- && line)
		line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL;
	if (!line)
		return 0;
	line = strndup(line, strcspn(line, "\n"));
	for (line = strtok_r(line, " ", &save); line && i < max;
	     line = strtok_r(NULL, " ", &save))
		word[i++] = line;
	return i;
}

/* A table: a line of names, and @rows lines of as many values. */
static char *table(const char *path, int rows, const char *what)
{
	char *text = file_read(path), *word[64];
	int i, columns, good = 0;

	ok(text, "debugfs: %s can be read", what);
	if (!text)
		return NULL;
	columns = words(text, 0, word, 64);
	for (i = 1; i <= rows; i++)
		good += words(text, i, word, 64) == columns;
	ok(columns > 5 && good == rows && !words(text, rows + 1, word, 64),
	   "debugfs: %s has %d lines with a value for each column", what, rows);
	return text;
}

static void debugfs(void)
{
	struct proc p = proc_start(3, TASK_BLOCK);
	struct sched_turbo_core c = { 0 };
	char *text, *word[64];
	int i, n = 0;

	if (access("/sys/kernel/debug/sched_turbo", F_OK)) {
		skip("no debugfs", "debugfs");
		proc_end(&p);
		return;
	}
	for (i = 0; i < 3; i++)
		attach(proc_tid(&p, i), 0);
	core_slice(3, 250 * US);
	text = table(DEBUGFS "/cores", 2, "cores");
	core_find(3, &c);
	if (text && words(text, 2, word, 64) > 4)
		ok(atoi(word[0]) == 3 && atoi(word[1]) == 1 &&
		   atoi(word[3]) == 250000 &&
		   atoi(word[4]) == (int)c.nr_threads,
		   "debugfs: cores has the values");
	free(text);
	text = table(DEBUGFS "/threads", 3, "threads");
	for (i = 1; text && i <= 3; i++)
		n += words(text, i, word, 64) > 2 && atoi(word[1]) == p.pid;
	is(n, 3, "debugfs: threads has the values");
	free(text);
	proc_end(&p);
	await(SOON, !threads(NULL, 0));
	free(table(DEBUGFS "/threads", 0, "threads, none"));
}

/* Counters of a thread fit together. */
static void counters(void)
{
	struct proc p = proc_start(3, TASK_SPIN);
	struct sched_turbo_thread t = { 0 };
	struct sched_turbo_core c = { 0 };
	uint64_t hist = 0, run = 0;
	int i;

	core_del(3);
	for (i = 0; i < 3; i++)
		attach(proc_tid(&p, i), 0);
	proc_tell(&p, 2, TASK_NAP);
	usleep(500000);
	ok(await(SOON, thread_find(proc_tid(&p, 2), &t) && t.wakeups > 10),
	   "wake-ups are counted");
	for (i = 0; i < SCHED_TURBO_HIST_BUCKETS; i++)
		hist += t.wake_hist[i];
	ok(hist && hist <= t.wakeups && hist + 2 >= t.wakeups,
	   "each with its time");
	for (i = 0; i < 3; i++) {
		thread_find(proc_tid(&p, i), &t);
		run += t.run_ns;
		ok(t.slices >= t.slice_ends, "thread %d: ends of slices", i);
		ok(t.run_ns && t.run_ns + t.wait_ns < 3600 * 1000 * MS,
		   "thread %d: run and wait times", i);
	}
	core_find(2, &c);
	ok(c.turbo_ns >= run, "the core has its threads' time");
	ok(c.slices >= c.slice_ends && c.timer_irqs >= c.timer_early &&
	   c.slice_ends && c.timer_irqs, "the core's counters");
	is(c.rescues, 0, "no thread waited without a timer");
	proc_end(&p);
	await(SOON, !threads(NULL, 0));
	core_add(3, 0);
}

int main(void)
{
	tap_start();
	module_need("turbo_cpus=" TURBO_CPUS);
	hooks_are_off();
	tracepoints();
	debugfs();
	counters();
	is(module_unload(), 0, "unload");
	ok(access(EVENTS, F_OK), "the tracepoints have gone");
	ok(access(DEBUGFS, F_OK), "the files in debugfs have gone");
	return tap_end();
}
