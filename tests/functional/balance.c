// SPDX-License-Identifier: GPL-2.0
/*
 * balance.c - threads on turbo cores: evenly, and nowhere else
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi.h"
#include "attr.h"
#include "host.h"
#include "proc.h"
#include "tap.h"
#include "trace.h"
#include "vm.h"

#define HOGS	4

static int on_core(unsigned int cpu)
{
	struct sched_turbo_core c;

	return core_find(cpu, &c) ? (int)c.nr_threads : -1;
}

/* Two and two, and they are there and not only said to be. */
static bool even(const pid_t *tid)
{
	int i, on[4] = { 0 };

	for (i = 0; i < HOGS; i++)
		on[proc_cpu(tid[i]) & 3]++;
	return on[2] == 2 && on[3] == 2 && on_core(2) == 2 && on_core(3) == 2;
}

static bool isolated(void)
{
	struct sched_turbo_core c;

	return core_find(2, &c) && c.flags & SCHED_TURBO_CORE_ISOLATED;
}

static void is_even(const pid_t *tid, const char *what)
{
	uint64_t start = now_ms();
	int i, still = 0;

	ok(await(SOON, even(tid)), "%s: two and two", what);
	note("%s: after %d ms", what, (int)(now_ms() - start));
	if (!isolated()) {
		skip("the kernel balances, too: not isolated",
		     "%s: and it stays so", what);
		return;
	}
	for (i = 0; i < 20; i++, usleep(50000))
		still += even(tid);
	is(still, 20, "%s: and it stays so", what);
}

static void tids(const struct proc *p, pid_t *tid)
{
	int i;

	for (i = 0; i < HOGS; i++)
		tid[i] = proc_tid(p, i);
}

/* All are attached to one core; then there is another. */
static void spread(const char *cpus, const char *what)
{
	struct proc p = proc_start(HOGS, TASK_SPIN);
	pid_t tid[HOGS];
	int i;

	tids(&p, tid);
	module_need("turbo_cpus=3");
	for (i = 0; i < HOGS; i++) {
		cpus_set(tid[i], cpus);
		attach(tid[i], 0);
	}
	core_add(2, 0);
	is_even(tid, what);
	is(rescues(), 0, "%s: no thread waited without a timer", what);
	is(module_unload(), 0, "%s: unload", what);
	for (i = 0; i < HOGS; i++)
		ok(cpus_are(tid[i], cpus), "%s: hog %d is restored", what, i);
	proc_end(&p);
}

static void placed(void)
{
	struct proc p = proc_start(HOGS, TASK_SPIN);
	pid_t tid[HOGS];
	int i;

	tids(&p, tid);
	module_need("turbo_cpus=" TURBO_CPUS);
	for (i = 0; i < HOGS; i++)
		attach(tid[i], 0);
	is_even(tid, "attached to two");
	proc_end(&p);
}

static void vcpus(void)
{
	struct vm vm;
	int i;

	if (!vm_start(&vm, HOGS, "hog")) {
		skip("no KVM", "vCPUs");
		return;
	}
	module_need("turbo_cpus=" TURBO_CPUS);
	for (i = 0; i < HOGS; i++)
		attach(vm.tid[i], 0);
	is_even(vm.tid, "vCPUs");
	vm_end(&vm);
	ok(await(SOON, !threads(NULL, 0)), "vCPUs: gone");
}

/*
 * Every switch to one of the threads is looked at on the regular cores, while
 * they spin, nap, wake up, are slept beside and moved about.
 */
static void never_elsewhere(void)
{
	struct proc p = proc_start(HOGS, TASK_NAP);
	char filter[256] = "";
	int i, elsewhere = 0;

	module_need("turbo_cpus=" TURBO_CPUS);
	for (i = 0; i < HOGS; i++) {
		attach(proc_tid(&p, i), 0);
		snprintf(filter + strlen(filter), sizeof(filter) -
			 strlen(filter), "%snext_pid==%d", i ? "||" : "",
			 proc_tid(&p, i));
	}
	proc_tell(&p, 0, TASK_SPIN);
	proc_tell(&p, 1, TASK_SPIN);
	/* those that slept when they were attached have woken up since */
	for (i = 0; i < HOGS; i++)
		await(SOON, proc_cpu(proc_tid(&p, i)) >= 2);

	if (!trace_start("sched/sched_switch", filter, "c")) {
		skip("no tracefs", "never on a regular core");
		proc_end(&p);
		return;
	}
	usleep(300000);
	ok(trace_count("next_pid") > 10, "switches on the turbo cores");
	trace_stop();
	for (i = 0; i < HOGS; i++) {
		struct sched_turbo_thread t = { .strays = 1 };

		thread_find(proc_tid(&p, i), &t);
		is(t.strays, 0, "thread %d has never strayed", i);
	}

	trace_start("sched/sched_switch", filter, "3");
	for (i = 0; i < 100; i++, usleep(20000)) {
		int n;

		if (i == 25)
			core_del(2);
		if (i == 50)
			core_add(2, 0);
		for (n = 0; n < HOGS; n++)
			elsewhere += proc_cpu(proc_tid(&p, n)) < 2;
	}
	is(trace_count("next_pid"), 0, "no switches on the regular cores");
	trace_stop();
	is(elsewhere, 0, "never seen there");
	proc_end(&p);
}

/* Somebody who has no business there. */
static void foreign(void)
{
	struct proc hog = proc_start(1, TASK_SPIN);
	struct proc guest = proc_start(1, TASK_SPIN);
	struct sched_turbo_core c = { 0 }, d = { 0 };
	struct sched_turbo_thread t = { 0 };
	uint64_t loops;

	module_need("turbo_cpus=2");
	attach(hog.pid, 0);
	await(SOON, proc_cpu(hog.pid) == 2);
	cpus_set(guest.pid, "2");
	await(SOON, proc_cpu(guest.pid) == 2);
	core_find(2, &c);
	loops = proc_loops(&hog, 0);
	usleep(500000);
	await(SOON, core_find(2, &d) && d.foreign_ns > c.foreign_ns + 50 * MS &&
	      d.turbo_ns > c.turbo_ns + 50 * MS &&
	      proc_loops(&hog, 0) > loops);
	ok(d.foreign_switches > c.foreign_switches,
	   "foreign threads are counted");
	ok(d.foreign_ns > c.foreign_ns + 50 * MS, "and their time");
	ok(d.turbo_ns > c.turbo_ns + 50 * MS, "but for ours");
	ok(proc_loops(&hog, 0) > loops, "which runs, too");
	ok(!thread_find(guest.pid, NULL), "they are not in the list");
	thread_find(hog.pid, &t);
	ok(t.slices && t.run_ns && t.wait_ns && t.slice_ends,
	   "slices, run and wait times of ours are counted");
	proc_end(&guest);

	usleep(100000);
	core_find(2, &c);
	usleep(500000);
	core_find(2, &d);
	note("%d timer interrupts in half a second alone",
	     (int)(d.timer_irqs - c.timer_irqs));
	ok(d.timer_irqs - c.timer_irqs < 500,
	   "a thread alone is left in peace by the timer");
	proc_end(&hog);
}

#define CGROUP	"/sys/fs/cgroup/st-throttled"

/* One that looks each millisecond does so more often, on a slow emulator, too. */
#define LOOKS	100

/* The timer's interrupts on core 2 in half a second. */
static int timer_irqs(void)
{
	struct sched_turbo_core c = { 0 }, d = { 0 };

	core_find(2, &c);
	usleep(500000);
	core_find(2, &d);
	return d.timer_irqs - c.timer_irqs;
}

/*
 * One of two is throttled by its cgroup nearly all the time: it is runnable and
 * yet not in the queue, and nothing tells when it is back there.
 */
static void throttled(void)
{
	struct proc hog = proc_start(1, TASK_SPIN);
	struct proc poor = proc_start(1, TASK_SPIN);
	char pid[16];
	int irqs = 0;
	bool looks;

	module_need("turbo_cpus=2");
	file_write("/sys/fs/cgroup/cgroup.subtree_control", "+cpu");
	mkdir(CGROUP, 0755);
	snprintf(pid, sizeof(pid), "%d", poor.pid);
	if (file_write(CGROUP "/cpu.max", "1000 1000000") ||
	    file_write(CGROUP "/cgroup.procs", pid)) {
		skip("no cpu.max here", "a throttled thread");
	} else {
		attach(hog.pid, 0);
		attach(poor.pid, 0);
		/* let it use up what it has */
		usleep(200000);
		looks = await(SOON, (irqs = timer_irqs()) > LOOKS);
		note("%d timer interrupts beside a throttled thread", irqs);
		ok(looks, "the timer looks for a throttled thread");
		is(detach(poor.pid, NULL), 0, "which is detached");
		ok(await(SOON, timer_irqs() < LOOKS), "then it looks no more");
		is(attach(poor.pid, 0), 0, "attached again");
		usleep(200000);
		/* dying takes more than it has */
		kill(poor.pid, SIGKILL);
		file_write(CGROUP "/cpu.max", "max");
	}
	proc_end(&poor);
	ok(await(SOON, timer_irqs() < LOOKS), "nor when it has been killed");
	proc_end(&hog);
	rmdir(CGROUP);
}

int main(void)
{
	tap_start();
	placed();
	spread("0-3", "second core added");
	spread("0,2", "second core added, affinity for one of them");
	vcpus();
	never_elsewhere();
	foreign();
	throttled();
	is(rescues(), 0, "no thread waited without a timer");
	is(module_unload(), 0, "unload");
	return tap_end();
}
