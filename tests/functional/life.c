// SPDX-License-Identifier: GPL-2.0
/*
 * life.c - attached threads fork, become other programs, and die
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi.h"
#include "attr.h"
#include "host.h"
#include "proc.h"
#include "tap.h"

static bool none_left(void)
{
	return await(SOON, threads(NULL, 0) == 0);
}

/*
 * A child is what it would be had its parent never been attached.  What it
 * inherits is taken from it a moment later.
 */
static void child(const char *cpus, uint64_t slice_ns, enum task task,
		  const char *what)
{
	struct attr attr = { .policy = SCHED_OTHER, .slice_ns = slice_ns,
			     .nice = 2 };
	struct proc p = proc_start(1, TASK_BLOCK);
	struct attr want;
	pid_t pid;

	attr_set(p.pid, &attr);
	cpus_set(p.pid, cpus);
	attr_get(p.pid, &want);
	attach(p.pid, 0);
	proc_tell(&p, 0, task);
	pid = proc_child(&p, 0);
	ok(pid > 0, "%s: there is one", what);
	ok(await(SOON, attr_is(pid, &want, NULL)) ||
	   attr_is(pid, &want, what), "%s: has inherited nothing", what);
	ok(!thread_find(pid, NULL), "%s: is not attached", what);
	ok(thread_find(p.pid, NULL) && !attr_is(p.pid, &want, NULL),
	   "%s: the parent stays attached", what);
	is(attach(pid, 0), 0, "%s: can be attached itself", what);
	is(threads(NULL, 0), 2, "%s: two are attached", what);
	proc_end(&p);
	ok(none_left(), "%s: all gone", what);
}

/*
 * The child has a child of its own before anything could be taken from it.
 * Each time is a race: many times.
 */
static void grandchildren(void)
{
	struct proc p = proc_start(PROC_THREADS_MAX, TASK_BLOCK);
	int i, good = 0;

	for (i = 0; i < p.nr; i++) {
		cpus_set(proc_tid(&p, i), "0-1");
		attach(proc_tid(&p, i), 0);
	}
	for (i = 0; i < p.nr; i++)
		proc_tell(&p, i, TASK_FORK_TWICE);
	for (i = 0; i < p.nr; i++)
		good += await(1000, cpus_are(proc_grandchild(&p, i), "0-1"));
	is(good, p.nr, "children's children have inherited nothing");
	is(threads(NULL, 0), p.nr, "and are not attached");
	proc_end(&p);
	none_left();
}

/* A child of a thread that would be real-time now. */
static void fifo_child(bool reset_on_fork, const char *what)
{
	struct attr attr = { .policy = SCHED_FIFO, .priority = 4,
			     .reset_on_fork = reset_on_fork };
	struct proc p = proc_start(1, TASK_BLOCK);
	struct attr want, got;
	pid_t pid;

	attr_set(p.pid, &attr);
	attr_get(p.pid, &want);
	if (reset_on_fork)
		want.policy = SCHED_OTHER;
	attach(p.pid, 0);
	proc_tell(&p, 0, TASK_FORK);
	pid = proc_child(&p, 0);
	if (!await(1000, !attr_get(pid, &got) && got.policy == want.policy))
		note("policy is %d, not %d", got.policy, want.policy);
	is(got.policy, want.policy, "%s: policy", what);
	ok(!got.reset_on_fork, "%s: does not reset on fork", what);
	proc_end(&p);
	none_left();
}

/* Children that hurry: each is made while the last one is being freed. */
static void many_children(void)
{
	struct proc p = proc_start(1, TASK_BLOCK);
	pid_t pid[20];
	int i, good = 0;

	cpus_set(p.pid, "0-1");
	attach(p.pid, 0);
	for (i = 0; i < 20; i++) {
		p.share->thread[0].child = 0;
		proc_tell(&p, 0, i & 1 ? TASK_FORK : TASK_CLONE);
		pid[i] = proc_child(&p, 0);
		proc_tell(&p, 0, TASK_BLOCK);
	}
	await(SOON, cpus_are(pid[19], "0-1"));
	for (i = 0; i < 20; i++)
		good += await(1000, cpus_are(pid[i], "0-1"));
	is(good, 20, "many children: none has inherited anything");
	is(detach(p.pid, NULL), 0, "many children: detach the parent");
	ok(cpus_are(p.pid, "0-1"), "many children: the parent is restored");
	proc_end(&p);
}

/*
 * A new program is not what was attached.  Thread @who of two calls exec; if
 * it is not the first it takes that one's id over.
 */
static void exec(int who, const char *what)
{
	struct proc p = proc_start(2, TASK_BLOCK);
	struct attr want;

	cpus_set(proc_tid(&p, who), "0-1");
	attr_get(proc_tid(&p, who), &want);
	attach(proc_tid(&p, 0), 0);
	attach(proc_tid(&p, 1), 0);
	proc_tell(&p, who, TASK_EXEC);
	ok(none_left(), "%s: nothing is attached", what);
	ok(await(SOON, attr_is(p.pid, &want, NULL)) ||
	   attr_is(p.pid, &want, what), "%s: is what it was", what);
	is(attach(p.pid, 0), 0, "%s: can be attached again", what);
	is(detach(p.pid, NULL), 0, "%s: can be detached again", what);
	proc_end(&p);
}

static void exits(void)
{
	struct proc p = proc_start(8, TASK_NAP);
	uint32_t changed;
	pid_t tid;
	int i;

	for (i = 0; i < 8; i++)
		attach(proc_tid(&p, i), 0);
	is(threads(NULL, 0), 8, "exit: eight attached");
	tid = proc_tid(&p, 3);
	proc_tell(&p, 3, TASK_EXIT);
	ok(await(SOON, threads(NULL, 0) == 7), "exit: seven are left");
	ok(!thread_find(tid, NULL), "exit: the right ones");
	is(detach(tid, &changed), -ESRCH, "exit: detach");
	for (i = 1; i < 8; i++)
		proc_tell(&p, i, TASK_EXIT);
	ok(await(SOON, threads(NULL, 0) == 1), "exit: one is left");
	proc_end(&p);
	ok(none_left(), "exit: none is left");
}

static void killed(enum task task, const char *what)
{
	struct proc p = proc_start(8, task);
	int i;

	for (i = 0; i < 8; i++)
		attach(proc_tid(&p, i), 0);
	kill(p.pid, SIGKILL);
	ok(none_left(), "kill -9, %s: none is left", what);
	proc_end(&p);
}

static void vms(void)
{
	struct proc p = proc_start(3, TASK_BLOCK);
	struct proc q = proc_start(2, TASK_BLOCK);
	struct sched_turbo_thread t = { 0 };
	int i, good = 0;

	for (i = 0; i < 3; i++)
		attach(proc_tid(&p, i), 0);
	for (i = 0; i < 2; i++)
		attach(proc_tid(&q, i), 0);
	for (i = 0; i < 3; i++)
		good += thread_find(proc_tid(&p, i), &t) && t.vm == p.pid;
	is(good, 3, "threads of one process are one VM");
	for (i = good = 0; i < 2; i++)
		good += thread_find(proc_tid(&q, i), &t) && t.vm == q.pid;
	is(good, 2, "threads of another are another one");

	/* the VM stays the same when its first thread is gone */
	proc_tell(&p, 0, TASK_EXIT);
	await(SOON, threads(NULL, 0) == 4);
	ok(thread_find(proc_tid(&p, 1), &t) && t.vm == p.pid,
	   "without its leader it is the same VM");
	proc_end(&p);
	proc_end(&q);
	ok(none_left(), "no VM is left");
}

/* How many threads of @pid may run on turbo cores only. */
static int on_turbo(pid_t pid)
{
	static const char word[] = "\nCpus_allowed_list:";
	char path[64], *status, *list;
	struct dirent *e;
	int n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	while (dir && (e = readdir(dir))) {
		snprintf(path, sizeof(path), "/proc/%d/task/%.10s/status", pid,
			 e->d_name);
		status = file_read(path);
		list = status ? strstr(status, word) : NULL;
		n += list && atoi(list + strlen(word)) >= atoi(TURBO_CPUS);
		free(status);
	}
	if (dir)
		closedir(dir);
	return n;
}

/*
 * What a VM's first run makes (since 6.14 kvm-nx-lpage-recovery, a thread of the
 * process, of which sched_process_fork is not told) inherits nothing for good.
 */
static void worker(bool fewer, const char *what)
{
	struct proc p = proc_start(2, TASK_BLOCK);

	cpus_set(proc_tid(&p, 1), "0-1");
	attach(proc_tid(&p, 1), 0);
	proc_tell(&p, 1, TASK_KVM);
	ok(proc_ran(&p, 1), "%s: a vCPU has run", what);
	note("%s: %d threads on turbo cores", what, on_turbo(p.pid));
	if (fewer)
		is(core_del(3), 0, "%s: a core is taken out", what);
	is(detach(proc_tid(&p, 1), NULL), 0, "%s: its thread is detached", what);
	is(on_turbo(p.pid), 0, "%s: none is bound to turbo cores", what);
	if (fewer)
		is(core_add(3, 0), 0, "%s: the core is put back", what);
	proc_end(&p);
	none_left();
}

static void name(void)
{
	struct proc p = proc_start(1, TASK_BLOCK);
	struct sched_turbo_thread t = { 0 };

	attach(p.pid, 0);
	thread_find(p.pid, &t);
	ok(!strcmp(t.comm, "life"), "the list has the thread's name");
	proc_end(&p);
	none_left();
}

int main(void)
{
	bool slices;

	tap_start();
	module_need("turbo_cpus=" TURBO_CPUS);
	slices = attr_slices();
	child("0-1", 0, TASK_FORK, "child");
	child("0", slices ? 2 * MS : 0, TASK_FORK, "child, own slice");
	child("0-1", 0, TASK_CLONE, "new thread");
	grandchildren();
	fifo_child(false, "child of FIFO");
	fifo_child(true, "child of FIFO, reset on fork");
	many_children();
	exec(0, "exec");
	exec(1, "exec by another thread");
	exits();
	killed(TASK_BLOCK, "blocked");
	killed(TASK_SPIN, "spinning");
	killed(TASK_NAP, "napping");
	vms();
	worker(false, "worker");
	worker(true, "worker, fewer cores");
	name();
	is(rescues(), 0, "no thread waited without a timer");
	is(module_unload(), 0, "unload");
	return tap_end();
}
