// SPDX-License-Identifier: GPL-2.0
/*
 * stress.c - everything at once, for a while: stress [SECONDS]
 *
 * Each kind of trouble is a process of its own that goes on till it is
 * killed.  What they do may be refused; what counts is what is left at the
 * end: no report of the kernel, no thread that waited without a timer, and
 * the threads that nobody has touched but by attaching them are what they
 * were.
 */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi.h"
#include "attr.h"
#include "host.h"
#include "proc.h"
#include "tap.h"
#include "vm.h"

#define SECONDS		20
#define STEADY		12	/* threads that live all the time */
#define BRIEF		8	/* threads that come and go */
#define VCPUS		2
#define TIDS		(STEADY + BRIEF + VCPUS)

/* Whom to attach; a tid may well be gone. */
static int *tids;
static unsigned int seed;

static unsigned int chance(unsigned int n)
{
	return rand_r(&seed) % n;
}

static void pause_us(unsigned int most)
{
	usleep(chance(most));
}

static pid_t anybody(void)
{
	return __atomic_load_n(&tids[chance(TIDS)], __ATOMIC_ACQUIRE);
}

static uint64_t any_slice(void)
{
	return chance(2) ? 0 : 100 * US + chance(1000) * US;
}

static void attaches(void)
{
	if (chance(3))
		attach(anybody(), any_slice());
	else
		detach(anybody(), NULL);
	pause_us(2000);
}

static void moves_cores(void)
{
	unsigned int cpu = 1 + chance(3);

	switch (chance(3)) {
	case 0:
		core_del(cpu);
		break;
	case 1:
		core_add(cpu, any_slice());
		break;
	default:
		core_slice(cpu, any_slice());
	}
	pause_us(20000);
}

static void unplugs(void)
{
	unsigned int cpu = 2 + chance(2);

	cpu_set_online(cpu, false);
	pause_us(50000);
	cpu_set_online(cpu, true);
	pause_us(50000);
}

/* Only those that come and go: the others are to stay what they are. */
static void changes(void)
{
	static const char *const cpus[] = { "0", "0-3", "2", "1-2" };
	struct sched_param param = { .sched_priority = 1 };
	pid_t tid = tids[STEADY + chance(BRIEF)];
	struct attr attr = { .slice_ns = any_slice() };

	if (!tid) {
		pause_us(1000);
		return;
	}
	switch (chance(5)) {
	case 0:
		cpus_set(tid, cpus[chance(4)]);
		break;
	case 1:
		setpriority(PRIO_PROCESS, tid, chance(20));
		break;
	case 2:
		sched_setscheduler(tid, SCHED_FIFO, &param);
		break;
	case 3:
		attr.policy = chance(2) ? SCHED_BATCH : SCHED_IDLE;
		attr_set(tid, &attr);
		break;
	default:
		attr_set(tid, &attr);
	}
	pause_us(5000);
}

static void looks(void)
{
	static struct sched_turbo_thread t[64];
	struct sched_turbo_core c[8];

	cores(c, 8);
	threads(t, 64);
	free(file_read("/sys/kernel/debug/sched_turbo/threads"));
	free(file_read("/sys/kernel/debug/sched_turbo/cores"));
	pause_us(20000);
}

static volatile int *own_tid;

static void *brief(void *unused)
{
	unsigned int mine = gettid();
	uint64_t end;

	(void)unused;
	__atomic_store_n(own_tid, mine, __ATOMIC_RELEASE);
	for (end = now_ms() + rand_r(&mine) % 30; now_ms() < end;)
		if (rand_r(&mine) % 2)
			usleep(rand_r(&mine) % 1000);
	return NULL;
}

/* A thread that lives for a moment and, now and then, a process. */
static void lives(void)
{
	pthread_t thread;
	pid_t pid;

	if (chance(3)) {
		if (!pthread_create(&thread, NULL, brief, NULL))
			pthread_join(thread, NULL);
		return;
	}
	pid = fork();
	if (pid < 0)
		return;
	if (pid) {
		if (!chance(3)) {
			usleep(5000);
			kill(pid, SIGKILL);
		}
		waitpid(pid, NULL, 0);
		return;
	}
	*own_tid = getpid();
	pid = fork();
	if (!pid) {
		pause_us(5000);
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
	if (chance(2))
		_exit(0);
	execlp("sleep", "sleep", "0.01", NULL);
	_exit(1);
}

static pid_t start(void (*does)(void), int who)
{
	pid_t pid = fork();

	if (pid < 0)
		abort();
	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	seed = getpid();
	own_tid = &tids[STEADY + who];
	for (;;)
		does();
}

static void end(pid_t pid)
{
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static struct proc steady;
static struct attr before[STEADY];

static void make_steady(void)
{
	static const char *const cpus[] = { "0", "0-1", "0-3", "1" };
	int i;

	steady = proc_start(STEADY, TASK_NAP);
	for (i = 0; i < STEADY; i++) {
		struct attr attr = { .nice = i % 3 };

		/* the last one stays asleep, and two never sleep */
		if (i == STEADY - 1)
			proc_tell(&steady, i, TASK_BLOCK);
		else if (i < 2)
			proc_tell(&steady, i, TASK_SPIN);
		tids[i] = proc_tid(&steady, i);
		attr_set(tids[i], &attr);
		cpus_set(tids[i], cpus[i % 4]);
		attr_get(tids[i], &before[i]);
	}
}

int main(int argc, char **argv)
{
	static void (*const kinds[])(void) = {
		attaches, attaches, attaches, moves_cores, unplugs, changes,
		looks,
	};
	const int nr_kinds = sizeof(kinds) / sizeof(kinds[0]);
	int seconds = argc > 1 ? atoi(argv[1]) : SECONDS;
	pid_t pid[sizeof(kinds) / sizeof(kinds[0]) + BRIEF];
	struct vm vm;
	int i;

	tap_start();
	tids = mmap(NULL, TIDS * sizeof(*tids), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	module_need("turbo_cpus=" TURBO_CPUS);
	make_steady();
	if (vm_start(&vm, VCPUS, "hlt"))
		for (i = 0; i < VCPUS; i++)
			tids[STEADY + BRIEF + i] = vm.tid[i];

	for (i = 0; i < nr_kinds; i++)
		pid[i] = start(kinds[i], 0);
	for (i = 0; i < BRIEF; i++)
		pid[nr_kinds + i] = start(lives, i);
	sleep(seconds);
	for (i = 0; i < nr_kinds + BRIEF; i++)
		end(pid[i]);
	vm_end(&vm);

	/* all cores there have ever been, for their counters */
	for (i = 1; i < 4; i++)
		cpu_set_online(i, true);
	for (i = 1; i < 4; i++)
		core_add(i, 0);
	is(rescues(), 0, "no thread waited without a timer");
	for (i = 0; i < STEADY; i++)
		attach(tids[i], 0);
	ok(await(SOON, threads(NULL, 0) == STEADY), "only what lives is left");
	is(module_unload(), 0, "unload");
	/* a sleeper learns of the kernel's slice when it wakes up */
	proc_tell(&steady, STEADY - 1, TASK_NAP);
	usleep(20000);
	for (i = 0; i < STEADY; i++)
		ok(await(1000, attr_is(tids[i], &before[i], NULL)) ||
		   attr_is(tids[i], &before[i], "steady"),
		   "thread %d is what it was", i);
	proc_end(&steady);
	return tap_end();
}
