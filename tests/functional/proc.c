// SPDX-License-Identifier: GPL-2.0
/* proc.c - processes whose threads do what they are told */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/kvm.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"
#include "proc.h"

/* In the process: which it is, and what each of its threads gets. */
static struct proc self;

static int told(int i)
{
	return __atomic_load_n(&self.share->thread[i].told, __ATOMIC_ACQUIRE);
}

static void block_while(int i, int task)
{
	while (told(i) == task)
		syscall(SYS_futex, &self.share->thread[i].told, FUTEX_WAIT,
			task, NULL, NULL, 0);
}

static void spin(int i)
{
	while (told(i) == TASK_SPIN)
		__atomic_add_fetch(&self.share->thread[i].loops, 1,
				   __ATOMIC_RELAXED);
}

/* Not the library's: nothing here runs between the fork and what follows. */
static pid_t fork_raw(void)
{
	return syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0);
}

static void __attribute__((noreturn)) sleep_for_ever(void)
{
	for (;;)
		pause();
}

static void do_fork(int i, bool twice)
{
	pid_t child = fork_raw(), grandchild;

	if (!child) {
		if (twice) {
			grandchild = fork_raw();
			if (grandchild)
				self.share->thread[i].grandchild = grandchild;
		}
		sleep_for_ever();
	}
	self.share->thread[i].child = child;
}

static void *clone_fn(void *arg)
{
	*(int *)arg = gettid();
	sleep_for_ever();
}

static void do_clone(int i)
{
	pthread_t thread;

	pthread_create(&thread, NULL, clone_fn, &self.share->thread[i].child);
}

/* The kernel makes a thread of its own in the process at a VM's first run. */
static void do_kvm(int i)
{
	int vm = ioctl(open("/dev/kvm", O_RDWR | O_CLOEXEC), KVM_CREATE_VM, 0);
	int vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
	struct kvm_run *run = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				   MAP_SHARED, vcpu, 0);

	if (run == MAP_FAILED)
		return;
	run->immediate_exit = 1;
	self.share->thread[i].ran = ioctl(vcpu, KVM_RUN, 0) < 0 &&
				    errno == EINTR;
}

static void *thread_fn(void *arg)
{
	int i = (intptr_t)arg;

	self.share->thread[i].tid = gettid();
	for (;;) {
		int task = told(i);

		__atomic_store_n(&self.share->thread[i].does, task,
				 __ATOMIC_RELEASE);
		switch (task) {
		case TASK_SPIN:
			spin(i);
			continue;
		case TASK_NAP:
			usleep(1000);
			continue;
		case TASK_FORK:
		case TASK_FORK_TWICE:
			do_fork(i, task == TASK_FORK_TWICE);
			break;
		case TASK_CLONE:
			do_clone(i);
			break;
		case TASK_KVM:
			do_kvm(i);
			break;
		case TASK_EXEC:
			execlp("sleep", "sleep", "1000", NULL);
			_exit(1);
		case TASK_EXIT:
			/* the raw one: thread 0 becomes a zombie */
			syscall(SYS_exit, 0);
		}
		block_while(i, task);
	}
	return NULL;
}

static void __attribute__((noreturn)) run(void)
{
	pthread_attr_t attr;
	pthread_t thread;
	intptr_t i;

	/* a group of its own, so that proc_end() finds the children too */
	setpgid(0, 0);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN + 65536);
	for (i = 1; i < self.nr; i++)
		if (pthread_create(&thread, &attr, thread_fn, (void *)i))
			_exit(1);
	thread_fn(NULL);
	_exit(0);
}

static bool started(const struct proc *p, enum task task)
{
	int i;

	for (i = 0; i < p->nr; i++)
		if (!p->share->thread[i].tid ||
		    __atomic_load_n(&p->share->thread[i].does,
				    __ATOMIC_ACQUIRE) != (int)task)
			return false;
	return true;
}

struct proc proc_start(int nr, enum task task)
{
	struct proc p = { .nr = nr };
	int i;

	p.share = mmap(NULL, sizeof(*p.share), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p.share == MAP_FAILED || nr > PROC_THREADS_MAX)
		abort();
	for (i = 0; i < nr; i++) {
		p.share->thread[i].told = task;
		p.share->thread[i].does = -1;
	}
	fflush(NULL);
	p.pid = fork();
	if (p.pid < 0)
		abort();
	if (!p.pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		self = p;
		run();
	}
	setpgid(p.pid, p.pid);
	if (!await(SOON, started(&p, task)))
		abort();
	return p;
}

pid_t proc_tid(const struct proc *p, int i)
{
	return p->share->thread[i].tid;
}

void proc_tell(struct proc *p, int i, enum task task)
{
	__atomic_store_n(&p->share->thread[i].told, task, __ATOMIC_RELEASE);
	syscall(SYS_futex, &p->share->thread[i].told, FUTEX_WAKE, INT_MAX,
		NULL, NULL, 0);
	await(SOON, __atomic_load_n(&p->share->thread[i].does,
				    __ATOMIC_ACQUIRE) == (int)task);
}

uint64_t proc_loops(const struct proc *p, int i)
{
	return __atomic_load_n(&p->share->thread[i].loops, __ATOMIC_RELAXED);
}

static pid_t await_pid(const int *pid)
{
	await(SOON, __atomic_load_n(pid, __ATOMIC_ACQUIRE));
	return __atomic_load_n(pid, __ATOMIC_ACQUIRE);
}

pid_t proc_child(const struct proc *p, int i)
{
	return await_pid(&p->share->thread[i].child);
}

bool proc_ran(const struct proc *p, int i)
{
	return await(SOON, p->share->thread[i].ran);
}

pid_t proc_grandchild(const struct proc *p, int i)
{
	return await_pid(&p->share->thread[i].grandchild);
}

/* Field @n of /proc/TID/stat, counted from the state, which is 0. */
static bool stat_field(pid_t tid, int n, char *out, size_t size)
{
	char path[64], *text, *field;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	text = file_read(path);
	field = text ? strrchr(text, ')') : NULL;
	if (field)
		field = strtok(field + 1, " \n");
	while (field && n--)
		field = strtok(NULL, " \n");
	if (field)
		snprintf(out, size, "%s", field);
	free(text);
	return field;
}

char proc_state(pid_t tid)
{
	char state[4];

	return stat_field(tid, 0, state, sizeof(state)) ? state[0] : 0;
}

int proc_cpu(pid_t tid)
{
	char cpu[16];

	/* "processor" is field 39 of proc(5), the state field 3 */
	return stat_field(tid, 36, cpu, sizeof(cpu)) ? atoi(cpu) : -1;
}

void proc_end(struct proc *p)
{
	if (!p->pid)
		return;
	kill(-p->pid, SIGKILL);
	kill(p->pid, SIGKILL);
	while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
		;
	munmap(p->share, sizeof(*p->share));
	p->pid = 0;
}
