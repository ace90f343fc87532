// SPDX-License-Identifier: GPL-2.0
/*
 * budget_error.c - refusals of the calls about VMs: errno, log, no effect
 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi.h"
#include "host.h"
#include "proc.h"
#include "tap.h"

#define ADD	SCHED_TURBO_IOC_VM_ADD
#define DEL	SCHED_TURBO_IOC_VM_DEL
#define SET	SCHED_TURBO_IOC_VM_SET
#define WEIGHT	SCHED_TURBO_VM_SET_WEIGHT
#define FLOOR	SCHED_TURBO_VM_SET_FLOOR

/* A process that is a VM all the time, and one that never is. */
static struct proc in, out;

static struct state {
	struct sched_turbo_vm vm[4];
	int vms;
	int64_t period;
} before;

static void look(struct state *s)
{
	int i;

	memset(s, 0, sizeof(*s));
	s->vms = vm_list(s->vm, 4);
	s->period = vm_period(0);
	for (i = 0; i < s->vms && i < 4; i++)
		memset(&s->vm[i].periods, 0, sizeof(s->vm[i]) -
		       offsetof(struct sched_turbo_vm, periods));
}

/* @got is to be @want, @logged to be in the log, and all else as before. */
static void __attribute__((format(printf, 4, 5)))
refused(int got, int want, const char *what, const char *format, ...)
{
	struct state after;
	char logged[128];
	va_list ap;

	va_start(ap, format);
	vsnprintf(logged, sizeof(logged), format, ap);
	va_end(ap);
	is(got, want, "%s: %s", what, strerror(-want));
	ok(log_count("%s", logged) > 0, "%s: the log names \"%s\"", what,
	   logged);
	look(&after);
	ok(!memcmp(&before, &after, sizeof(before)), "%s: nothing changed",
	   what);
	log_mark();
}

static void process(unsigned long command, const char *name)
{
	struct proc gone = proc_start(1, TASK_BLOCK);
	pid_t pid = gone.pid;

	proc_end(&gone);
	refused(vm_op(command, pid, 0, 0, 0), -ESRCH, name, "process %d: does not exist", pid);
	refused(vm_op(command, 0, 0, 0, 0), -ESRCH, name, "process 0: does not");
	refused(vm_op(command, -5, 0, 0, 0), -ESRCH, name, "process -5: does not");
	refused(vm_op(command, INT_MAX, 0, 0, 0), -ESRCH, name,
		"process 2147483647: does not");
	refused(vm_op(command, proc_tid(&in, 1), 0, 0, 0), -EREMOTE, name,
		"process %d: is a thread of another", proc_tid(&in, 1));
	refused(vm_op(command, in.pid, 0x80, 0, 0), -EINVAL, name,
		"unknown flags 0x80");
}

/* It has ended, and nobody has waited for it. */
static void zombie(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	await(SOON, proc_state(pid) == 'Z');
	refused(vm_op(ADD, pid, 0, 0, 0), -ESRCH, "add what has ended",
		"process %d (budget_error): has exited", pid);
	waitpid(pid, NULL, 0);
}

static void values(unsigned long command, pid_t pid, const char *name)
{
	refused(vm_op(command, pid, WEIGHT, 0, 0), -ERANGE, name, "weight 0 is");
	refused(vm_op(command, pid, WEIGHT, 10001, 0), -ERANGE, name,
		"weight 10001 is");
	refused(vm_op(command, pid, WEIGHT, UINT_MAX, 0), -ERANGE, name,
		"weight 4294967295 is");
	refused(vm_op(command, pid, FLOOR, 0, 1001), -EDOM, name,
		"floor 1001 is");
	/* one that is right with one that is not: neither is set */
	refused(vm_op(command, pid, WEIGHT | FLOOR, 5, 2000), -EDOM, name,
		"floor 2000 is");
}

static void structures(void)
{
	struct sched_turbo_vm_op op = { .size = sizeof(op) - 4, .pid = in.pid };
	struct sched_turbo_period p = { .size = sizeof(p), .flags = 1 };
	struct {
		struct sched_turbo_vm_op op;
		uint32_t more;
	} longer = { .op = { .size = sizeof(longer), .pid = in.pid } };

	refused(abi_ioctl(SET, &op), -EMSGSIZE, "short", "structure size 20");
	op.size = sizeof(op);
	op.pad = 3;
	refused(abi_ioctl(SET, &op), -EINVAL, "pad", "unknown pad 0x3");
	longer.more = 1;
	refused(abi_ioctl(SET, &longer), -E2BIG, "newer caller, used",
		"structure size 28");
	longer.more = 0;
	is(abi_ioctl(SET, &longer), 0, "newer caller, unused: is taken");
	refused(abi_ioctl(SCHED_TURBO_IOC_PERIOD, &p), -EINVAL, "period flags",
		"unknown flags 0x1");
	is(abi_ioctl(SET, (void *)1), -EFAULT, "bad address");
}

static void periods(void)
{
	refused(vm_period(9999999), -ERANGE, "period", "period 9999999 ns");
	refused(vm_period(100000001), -ERANGE, "period", "period 100000001 ns");
	refused(vm_period(1), -ERANGE, "period", "period 1 ns");
	refused(vm_period(UINT64_MAX), -ERANGE, "period",
		"period 18446744073709551615 ns");
	is(vm_period(10 * MS), 10 * MS, "period: 10 ms");
	is(vm_period(100 * MS), 100 * MS, "period: 100 ms");
	is(vm_period(30 * MS), 30 * MS, "period: 30 ms");
}

int main(void)
{
	tap_start();
	module_need("turbo_cpus=" TURBO_CPUS);
	in = proc_start(2, TASK_BLOCK);
	out = proc_start(1, TASK_BLOCK);
	is(vm_op(ADD, in.pid, 0, 0, 0), 0, "add");
	look(&before);
	is(before.vms, 1, "there is a VM");
	is(before.vm[0].weight, 1024, "its weight is 1024");
	is(before.vm[0].floor_permille, 20, "its floor is 2 %%");
	is(before.period, 30 * MS, "the period is 30 ms");
	log_mark();
	process(ADD, "add");
	process(DEL, "del");
	process(SET, "set");
	zombie();
	values(ADD, out.pid, "add");
	values(SET, in.pid, "set");
	refused(vm_op(ADD, 2, 0, 0, 0), -EOPNOTSUPP, "add kernel thread",
		"process 2 (kthreadd)");
	refused(vm_op(ADD, in.pid, 0, 0, 0), -EALREADY, "add again",
		"process %d (budget_error): is added already", in.pid);
	refused(vm_op(SET, out.pid, WEIGHT, 5, 0), -ENOENT, "set no VM",
		"process %d (budget_error): is no VM", out.pid);
	refused(vm_op(DEL, out.pid, 0, 0, 0), -ENOENT, "del no VM",
		"process %d (budget_error): was not added", out.pid);
	refused(vm_op(DEL, in.pid, WEIGHT, 5, 0), -EINVAL, "del with a weight",
		"unknown flags 0x1");
	structures();
	periods();
	is(module_unload(), 0, "unload");
	proc_end(&in);
	proc_end(&out);
	return tap_end();
}
