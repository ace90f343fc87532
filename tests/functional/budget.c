// SPDX-License-Identifier: GPL-2.0
/*
 * budget.c - VMs, their vCPUs, and that one held back can always be stopped
 *
 * usage: budget [VALUE OF THE MODULE'S PARAMETER task_work]
 *
 * A VM that hogs a turbo core and has no floor is held back from a regular
 * core that another VM hogs, for good.  So what is done to it meets a vCPU that
 * is held back, whatever the speed of the machine.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi.h"
#include "attr.h"
#include "host.h"
#include "proc.h"
#include "tap.h"
#include "vm.h"

#define ADD	SCHED_TURBO_IOC_VM_ADD
#define DEL	SCHED_TURBO_IOC_VM_DEL
#define SET	SCHED_TURBO_IOC_VM_SET
#define WEIGHT	SCHED_TURBO_VM_SET_WEIGHT
#define FLOOR	SCHED_TURBO_VM_SET_FLOOR

/* Of @hog, vCPU 1 is attached and vCPU 0 wants CPU 1, as @other does; a @stranger has no budget. */
static struct vm hog, other, stranger;

static char params[64];

static bool runs(pid_t tid)
{
	return proc_state(tid) == 'R';
}

static uint64_t held_ns(void)
{
	struct sched_turbo_vm v = { 0 };

	vm_find(hog.pid, &v);
	return v.regular_held_ns;
}

/*
 * Parked whenever one looks: so a vCPU that is held back sleeps, and nothing
 * else that a vCPU does.
 */
static bool held(void)
{
	int i;

	for (i = 0; i < 20; i++) {
		if (proc_state(hog.tid[0]) != 'P')
			return false;
		usleep(2000);
	}
	return true;
}

static bool scene(void)
{
	vm_spawn(&hog, 2, "hog", "1");
	vm_spawn(&other, 1, "hog", "1");
	if (!vm_wait(&hog) || !vm_wait(&other))
		return false;
	vm_op(ADD, other.pid, 0, 0, 0);
	vm_op(ADD, hog.pid, FLOOR, 0, 0);
	attach(hog.tid[1], 0);
	return ok(await(SOON, held()), "a vCPU is held back");
}

static void scene_over(void)
{
	vm_end(&hog);
	vm_end(&other);
	ok(await(SOON, vm_list(NULL, 0) == 0), "no VM is left");
}

static void unload_while_held(void)
{
	if (!scene())
		return;
	is(module_unload(), 0, "unload while held");
	ok(await(SOON, runs(hog.tid[0])), "unload while held: goes on");
	module_need(params);
	scene_over();
}

static void let_go(void)
{
	uint64_t before;

	if (!scene())
		return;
	before = held_ns();
	is(detach(hog.tid[1], NULL), 0, "detach while held");
	is(vm_op(DEL, hog.pid, 0, 0, 0), 0, "del while held");
	ok(before > 0, "its time held back was counted");
	ok(await(SOON, runs(hog.tid[0])), "del while held: goes on");
	is(vm_op(ADD, hog.pid, FLOOR, 0, 0), 0, "added again");
	is(attach(hog.tid[1], 0), 0, "attached again");
	ok(await(SOON, held()), "held again");

	kill(other.pid, SIGSTOP);
	ok(await(SOON, runs(hog.tid[0]) && runs(hog.tid[0])),
	   "the core would idle: goes on");
	kill(other.pid, SIGCONT);
	ok(await(SOON, held()), "wanted by the other again: held again");

	/* away from all cores of the kind that it was held back on */
	cpus_set(hog.tid[0], TURBO_CPUS);
	ok(await(SOON, runs(hog.tid[0])), "moved to turbo cores while held: goes on");
	cpus_set(hog.tid[0], "1");
	ok(await(SOON, held()), "moved back: held again");
	kill(other.pid, SIGKILL);
	ok(await(SOON, runs(hog.tid[0])), "the other is killed: goes on");
	scene_over();
}

static void signals(void)
{
	int status = 0;

	if (!scene())
		return;
	kill(hog.pid, SIGSTOP);
	ok(await(SOON, proc_state(hog.tid[0]) == 'T'), "stop while held");
	kill(hog.pid, SIGCONT);
	ok(await(SOON, held()), "continued: held again");
	/* takes its vCPUs out of the guest as QEMU does, by a signal */
	kill(hog.pid, SIGTERM);
	ok(await(SOON, waitpid(hog.pid, &status, WNOHANG) == hog.pid),
	   "a kick while held: leaves the guest");
	ok(WIFEXITED(status) && !WEXITSTATUS(status), "it ended by itself");
	hog.pid = 0;
	scene_over();

	if (!scene())
		return;
	kill(hog.pid, SIGKILL);
	ok(await(SOON, waitpid(hog.pid, &status, WNOHANG) == hog.pid),
	   "SIGKILL while held");
	hog.pid = 0;
	scene_over();
}

/* With work for the task queued at any moment. */
static void storm(void)
{
	uint64_t end = now_ms() + 4000;
	int rounds = 0, errors = 0;

	if (!scene())
		return;
	while (now_ms() < end) {
		kill(other.pid, SIGSTOP);
		usleep(rand() % 3000);
		errors += !!vm_op(DEL, hog.pid, 0, 0, 0);
		kill(other.pid, SIGCONT);
		usleep(rand() % 3000);
		errors += !!vm_op(ADD, hog.pid, FLOOR, 0, 0);
		errors += vm_period((10 + rand() % 91) * MS) < 0;
		errors += !!vm_op(SET, hog.pid, WEIGHT, 1 + rand() % 10000, 0);
		rounds++;
	}
	note("%d rounds", rounds);
	is(errors, 0, "stop, go, add and del in a storm");
	is(module_unload(), 0, "unload in the middle of it");
	module_need(params);
	scene_over();
}

#define CGROUP	"/sys/fs/cgroup/st-budget"

/* What hog.tid[0] has had of CPU 1, and for how long it was held back, in @seconds. */
static void beside(const char *what, int seconds)
{
	struct sched_turbo_vm before = { 0 }, after = { 0 };
	uint64_t held, used;

	usleep(500000);
	vm_find(hog.pid, &before);
	sleep(seconds);
	vm_find(hog.pid, &after);
	held = after.regular_held_ns - before.regular_held_ns;
	used = after.regular_used_ns - before.regular_used_ns;
	note("beside %s: ran %llu ms, held back %llu ms", what,
	     (unsigned long long)used / MS, (unsigned long long)held / MS);
	ok(used > held, "beside %s: runs", what);
}

/*
 * One VM may run for a small part of the time by its cgroup's cpu.max, and is far
 * behind: it is runnable, but the core is not to be kept free for it.  Nor for
 * somebody without a budget, because of whom the core does not idle meanwhile.
 */
static void throttled(const char *max)
{
	char pid[16];

	vm_spawn(&other, 1, "hog", "1");
	vm_spawn(&hog, 1, "hog", "1");
	if (!vm_wait(&other) || !vm_wait(&hog))
		return;
	file_write("/sys/fs/cgroup/cgroup.subtree_control", "+cpu");
	mkdir(CGROUP, 0755);
	snprintf(pid, sizeof(pid), "%d", other.pid);
	if (file_write(CGROUP "/cpu.max", max) ||
	    file_write(CGROUP "/cgroup.procs", pid)) {
		skip("no cpu.max here", "beside a throttled VM");
	} else {
		vm_op(ADD, other.pid, 0, 0, 0);
		vm_op(ADD, hog.pid, FLOOR, 0, 0);
		beside("a throttled VM", 2);
		vm_spawn(&stranger, 1, "hog", "1");
		if (vm_wait(&stranger))
			beside("a throttled VM and a stranger", 4);
		vm_end(&stranger);
		file_write(CGROUP "/cpu.max", "max");
	}
	scene_over();
	rmdir(CGROUP);
}

static void vcpus(void)
{
	struct sched_turbo_vm v = { 0 };
	struct vm vm;

	/* before it has any */
	vm_spawn(&vm, 4, "hog", "0-1");
	is(vm_op(ADD, vm.pid, WEIGHT, 77, 0), 0, "vCPUs: add");
	if (!vm_wait(&vm))
		return;
	ok(await(SOON, vm_find(vm.pid, &v) && v.nr_vcpus == 4),
	   "vCPUs: those that come later join");
	is(v.weight, 77, "vCPUs: weight as asked for");
	is(v.nr_threads, 0, "vCPUs: none is attached");
	ok(v.flags & SCHED_TURBO_VM_ADDED, "vCPUs: added by hand");
	is(vm_op(SET, vm.pid, WEIGHT | FLOOR, 10000, 1000), 0, "vCPUs: set");
	vm_find(vm.pid, &v);
	ok(v.weight == 10000 && v.floor_permille == 1000, "vCPUs: is set");
	is(attach(vm.tid[2], 0), 0, "vCPUs: attach one");
	is(vm_op(DEL, vm.pid, 0, 0, 0), 0, "vCPUs: del");
	ok(vm_find(vm.pid, &v) && v.nr_vcpus == 4 && v.nr_threads == 1 &&
	   !(v.flags & SCHED_TURBO_VM_ADDED), "vCPUs: attached, it stays a VM");
	ok(await(SOON, vm_find(vm.pid, &v) && v.turbo_used_ns > 50 * MS &&
		 v.regular_used_ns > 50 * MS), "vCPUs: both kinds are counted");
	detach(vm.tid[2], NULL);
	ok(!vm_find(vm.pid, NULL), "vCPUs: detached, it is one no more");
	vm_end(&vm);

	if (!vm_start(&vm, 3, "hlt"))
		return;
	attach(vm.tid[1], 0);
	ok(await(SOON, vm_find(vm.pid, &v) && v.nr_vcpus == 3),
	   "vCPUs: attach finds those there are, halted too");
	kill(vm.pid, SIGKILL);
	ok(await(SOON, vm_list(NULL, 0) == 0), "vCPUs: killed, no VM is left");
	vm_end(&vm);
}

static void processes(void)
{
	struct proc p = proc_start(2, TASK_BLOCK);
	struct sched_turbo_vm v = { 0 };

	is(vm_op(ADD, p.pid, 0, 0, 0), 0, "process: add");
	vm_find(p.pid, &v);
	is(v.nr_vcpus, 0, "process: threads that are no vCPUs are none");
	proc_tell(&p, 0, TASK_FORK);
	await(SOON, proc_child(&p, 0));
	ok(!vm_find(proc_child(&p, 0), NULL), "fork: the child is no VM");
	is(vm_list(NULL, 0), 1, "fork: there is one VM");
	proc_tell(&p, 0, TASK_EXEC);
	ok(await(SOON, vm_list(NULL, 0) == 0), "exec: another program is no VM");
	proc_end(&p);

	p = proc_start(2, TASK_BLOCK);
	vm_op(ADD, p.pid, 0, 0, 0);
	proc_end(&p);
	ok(await(SOON, vm_list(NULL, 0) == 0), "exit: no VM is left");
}

/* Where nobody can be held back, both go on as on stock Linux. */
static void not_held(void)
{
	struct sched_turbo_vm v = { 0 };

	vm_spawn(&hog, 2, "hog", "1");
	vm_spawn(&other, 1, "hog", "1");
	if (!vm_wait(&hog) || !vm_wait(&other))
		return;
	is(vm_op(ADD, other.pid, 0, 0, 0), 0, "nobody is held: add");
	is(vm_op(ADD, hog.pid, FLOOR, 0, 0), 0, "nobody is held: add the hog");
	is(attach(hog.tid[1], 0), 0, "nobody is held: attach");
	ok(await(SOON, vm_find(hog.pid, &v) && v.turbo_used_ns > 500 * MS &&
		 v.regular_used_ns > 200 * MS), "nobody is held: both run");
	is(v.regular_held_ns, 0, "nobody is held");
	is(v.holds, 0, "nobody is held: none was to be");
	scene_over();
}

int main(int argc, char **argv)
{
	struct sched_turbo_version version = { .size = sizeof(version) };
	const char *way = argc > 1 ? argv[1] : "auto";
	bool works;

	tap_start();
	snprintf(params, sizeof(params), "turbo_cpus=%s task_work=%s",
		 TURBO_CPUS, way);
	log_mark();
	module_need(params);
	is(abi_ioctl(SCHED_TURBO_IOC_VERSION, &version), 0, "version");
	works = version.features & SCHED_TURBO_FEAT_BUDGET;
	note("task_work=%s: %s", way, works ? "works" : "does not work");
	if (!strcmp(way, "none"))
		ok(!works && log_count("task_work=none: VMs are accounted"),
		   "the log says that nobody is held back");
	/* all kernels that this is tested on export it */
	if (!strcmp(way, "auto"))
		ok(works && !log_count("where a probe has found it"),
		   "the kernel's export is called");
	if (!strcmp(way, "probe"))
		ok(works && log_count("where a probe has found it"),
		   "the log says that a probe has found it");
	vcpus();
	processes();
	if (works) {
		let_go();
		throttled("5000 500000");
		/* as often as libvirt's vcpu_period has it */
		throttled("10000 100000");
		signals();
		unload_while_held();
		storm();
	} else {
		not_held();
	}
	is(rescues(), 0, "no thread waited without a timer");
	is(module_unload(), 0, "unload");
	return tap_end();
}
