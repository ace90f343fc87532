// SPDX-License-Identifier: GPL-2.0
/* reach.c - which threads the calls find: other threads, processes, namespaces */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "syscall.h"
#include "tap.h"
#include "tests.h"

static pthread_barrier_t barrier;
static pid_t thread_tid;

static void *thread(void *arg)
{
	thread_tid = own_tid();
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	return arg;
}

static int other_thread(void *arg)
{
	pthread_t t;

	(void)arg;
	pthread_barrier_init(&barrier, NULL, 2);
	if (pthread_create(&t, NULL, thread, NULL))
		return 1;
	pthread_barrier_wait(&barrier);
	is(setslice(X64, thread_tid, TURBO, 500000), 0,
	   "another thread of the process");
	is(getscheduler(X64, thread_tid), TURBO, "it is SCHED_TURBO");
	is(getscheduler(X64, 0), OTHER, "the caller is not");
	is(getscheduler(X64, getpid()), OTHER, "nor by its process id");
	is(setscheduler(X64, thread_tid, OTHER, 0), 0, "and back");
	is(getscheduler(X64, thread_tid), OTHER, "it is SCHED_OTHER");
	setscheduler(X64, thread_tid, TURBO, 0);
	pthread_barrier_wait(&barrier);
	pthread_join(t, NULL);
	usleep(100000);
	is(getscheduler(X64, thread_tid), -ESRCH, "a thread that has ended");
	is(setscheduler(X64, thread_tid, TURBO, 0), -ESRCH,
	   "cannot be set any more");
	return 0;
}

static int other_process(void *arg)
{
	pid_t pid = child_start(0);

	(void)arg;
	is(setscheduler(X64, pid, TURBO, 0), 0, "another process");
	is(getscheduler(X64, pid), TURBO, "it is SCHED_TURBO");
	is(setscheduler(X64, pid, FIFO, 5), 0, "to SCHED_FIFO");
	is(getscheduler(X64, pid), FIFO, "it is");
	is(getparam(X64, pid), 5, "with its priority");
	is(setscheduler(X64, pid, TURBO, 0), 0, "and back");
	is(getscheduler(X64, pid), TURBO, "it is SCHED_TURBO");

	kill(pid, SIGKILL);
	waitid(P_PID, pid, NULL, WEXITED | WNOWAIT);
	ok(setscheduler(X64, pid, TURBO, 0) < 0, "a zombie is refused");
	waitpid(pid, NULL, 0);
	is(getscheduler(X64, pid), -ESRCH, "a process that is no more");

	is(setscheduler(X64, 2, TURBO, 0), -EOPNOTSUPP, "a kernel thread");
	is(getscheduler(X64, 2), OTHER, "it is what it was");
	return 0;
}

/* Process 1 of a child namespace. */
static int inside(void *arg)
{
	pid_t outer = *(pid_t *)arg;
	pid_t pid;

	is(getpid(), 1, "this is another PID namespace");
	pid = child_start(0);
	is(setscheduler(X64, pid, TURBO, 0), 0, "inside: a process there");
	is(getscheduler(X64, pid), TURBO, "it is SCHED_TURBO");
	is(setscheduler(X64, 0, TURBO, 0), 0, "inside: itself");
	is(getscheduler(X64, 1), TURBO, "it is SCHED_TURBO, by its id there");
	is(setscheduler(X64, outer, TURBO, 0), -ESRCH,
	   "inside: a process outside is not found");
	is(getscheduler(X64, outer), -ESRCH, "nor for reading");
	child_end(pid);
	return 0;
}

static int inside_namespace(void *arg)
{
	/* an id that no process of a young namespace has */
	pid_t outer = child_start(0);

	(void)arg;
	while (outer < 100) {
		child_end(outer);
		outer = child_start(0);
	}
	if (unshare(CLONE_NEWPID)) {
		skip("cannot be had", "a PID namespace");
	} else {
		is(in_child(inside, &outer), 0, "the child namespace");
		is(getscheduler(X64, outer), OTHER,
		   "outside nothing has changed");
	}
	child_end(outer);
	return 0;
}

static int into_namespace(void *arg)
{
	pid_t pid;

	(void)arg;
	if (unshare(CLONE_NEWPID))
		return 0;
	pid = child_start(0);
	is(setscheduler(X64, pid, TURBO, 0), 0,
	   "a process in a child namespace, by its id outside");
	is(getscheduler(X64, pid), TURBO, "it is SCHED_TURBO");
	child_end(pid);
	return 0;
}

void test_reach(void)
{
	static int (* const tests[])(void *arg) = {
		other_thread, other_process, inside_namespace, into_namespace,
	};

	for (size_t i = 0; i < sizeof(tests) / sizeof(*tests); i++)
		if (in_child(tests[i], NULL))
			ok(false, "a test of other threads ended badly");
}
