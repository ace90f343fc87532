// SPDX-License-Identifier: GPL-2.0
/*
 * attach.c - attach and detach a thread, whatever it is doing
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi.h"
#include "attr.h"
#include "host.h"
#include "proc.h"
#include "tap.h"
#include "vm.h"

#define STORM_MS	3000
#define STORM_THREADS	4

static bool on_turbo_cores(pid_t tid)
{
	struct attr attr;
	int cpu;

	if (attr_get(tid, &attr))
		return false;
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &attr.cpus) && cpu != 2 && cpu != 3)
			return false;
	return true;
}

/* Attach @tid, look, and detach it. */
static void there_and_back(pid_t tid, const char *what)
{
	struct attr before;
	uint32_t changed;

	attr_get(tid, &before);
	is(attach(tid, 0), 0, "%s: attach", what);
	ok(thread_find(tid, NULL) && threads(NULL, 0) == 1,
	   "%s: is in the list", what);
	ok(on_turbo_cores(tid), "%s: may run on turbo cores only", what);
	is(detach(tid, &changed), 0, "%s: detach", what);
	is(changed, 0, "%s: nobody has changed anything", what);
	ok(attr_is(tid, &before, what) && !threads(NULL, 0),
	   "%s: is what it was", what);
}

static void spinning(void)
{
	struct proc p = proc_start(1, TASK_SPIN);
	uint64_t loops;

	there_and_back(p.pid, "spinning");

	attach(p.pid, 0);
	ok(await(SOON, proc_cpu(p.pid) >= 2), "spinning: has moved");
	loops = proc_loops(&p, 0);
	ok(await(SOON, proc_loops(&p, 0) > loops), "spinning: runs there");
	proc_end(&p);
}

static void blocked(void)
{
	struct proc p = proc_start(1, TASK_BLOCK);

	await(SOON, proc_state(p.pid) == 'S');
	there_and_back(p.pid, "blocked");

	attach(p.pid, 0);
	proc_tell(&p, 0, TASK_SPIN);
	ok(await(SOON, proc_cpu(p.pid) >= 2), "blocked: wakes up there");
	proc_end(&p);
}

static void napping(void)
{
	struct proc p = proc_start(1, TASK_NAP);

	there_and_back(p.pid, "napping");
	proc_end(&p);
}

static void stopped(void)
{
	struct proc p = proc_start(1, TASK_SPIN);
	uint64_t loops;

	kill(p.pid, SIGSTOP);
	await(SOON, proc_state(p.pid) == 'T');
	there_and_back(p.pid, "stopped");
	is(proc_state(p.pid), 'T', "stopped: still is");

	attach(p.pid, 0);
	loops = proc_loops(&p, 0);
	kill(p.pid, SIGCONT);
	ok(await(SOON, proc_loops(&p, 0) > loops && proc_cpu(p.pid) >= 2),
	   "stopped: goes on on a turbo core");
	proc_end(&p);
}

static void in_guest(const char *mode)
{
	struct vm vm;

	if (!vm_start(&vm, 1, mode)) {
		skip("no KVM", "vCPU (%s)", mode);
		return;
	}
	there_and_back(vm.tid[0], mode);
	vm_end(&vm);
}

static void myself(void)
{
	there_and_back(getpid(), "the caller itself");
}

static void zombie(void)
{
	struct proc p = proc_start(2, TASK_BLOCK);
	uint32_t changed;
	pid_t pid;

	/* the leader of a process that has other threads left */
	proc_tell(&p, 0, TASK_EXIT);
	await(SOON, proc_state(p.pid) == 'Z');
	is(attach(p.pid, 0), -ESRCH, "zombie leader: attach");
	is(detach(p.pid, &changed), -ENOENT, "zombie leader: detach");
	is(attach(proc_tid(&p, 1), 0), 0, "zombie leader: attach another one");
	proc_end(&p);

	p = proc_start(2, TASK_BLOCK);
	is(attach(p.pid, 0), 0, "leader about to exit: attach");
	proc_tell(&p, 0, TASK_EXIT);
	await(SOON, proc_state(p.pid) == 'Z');
	ok(await(SOON, !threads(NULL, 0)), "zombie leader: left by itself");
	proc_end(&p);

	pid = fork();
	if (!pid)
		_exit(0);
	await(SOON, proc_state(pid) == 'Z');
	is(attach(pid, 0), -ESRCH, "zombie process: attach");
	waitpid(pid, NULL, 0);
	is(attach(pid, 0), -ESRCH, "reaped process: attach");
}

static void *brief(void *tid)
{
	unsigned int seed = gettid();

	__atomic_store_n((int *)tid, gettid(), __ATOMIC_RELEASE);
	usleep(rand_r(&seed) % 10000);
	return NULL;
}

static void __attribute__((noreturn)) make_brief_threads(int *tid)
{
	pthread_t thread;

	for (;;)
		if (!pthread_create(&thread, NULL, brief, tid))
			pthread_join(thread, NULL);
}

/* Threads that live for a moment, attached while they come and go. */
static void storm(void)
{
	int *tid = mmap(NULL, STORM_THREADS * sizeof(*tid),
			PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	/* with one attached all the time, attaching others takes no time */
	struct proc p = proc_start(1, TASK_BLOCK);
	int attached = 0, gone = 0, wrong = 0, i, err;
	pid_t maker[STORM_THREADS];
	uint64_t end;

	for (i = 0; i < STORM_THREADS; i++) {
		maker[i] = fork();
		if (!maker[i]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			make_brief_threads(&tid[i]);
		}
	}
	attach(p.pid, 0);
	/* on a machine with more to do, until there was one of either */
	for (end = now_ms() + STORM_MS, i = 0; now_ms() < end ||
	     (!(attached && gone) && now_ms() < end + SOON);) {
		i = (i + 1) % STORM_THREADS;
		if (!tid[i])
			continue;
		err = attach(tid[i], 0);
		if (!err)
			attached++;
		else if (err == -ESRCH)
			gone++;
		else if (err != -EALREADY)
			wrong++;
	}
	proc_end(&p);
	note("%d attached, %d too late", attached, gone);
	ok(attached && gone, "storm: some were attached, some were too late");
	is(wrong, 0, "storm: no other answer");
	for (i = 0; i < STORM_THREADS; i++) {
		kill(maker[i], SIGKILL);
		waitpid(maker[i], NULL, 0);
	}
	ok(await(SOON, !threads(NULL, 0)), "storm: none is left");
	munmap(tid, STORM_THREADS * sizeof(*tid));
}

int main(void)
{
	tap_start();
	module_need("turbo_cpus=" TURBO_CPUS);
	spinning();
	await(SOON, !threads(NULL, 0));
	blocked();
	await(SOON, !threads(NULL, 0));
	napping();
	stopped();
	await(SOON, !threads(NULL, 0));
	in_guest("hog");
	in_guest("hlt");
	myself();
	zombie();
	storm();
	is(rescues(), 0, "no thread waited without a timer");
	is(module_unload(), 0, "unload");
	return tap_end();
}
