// SPDX-License-Identifier: GPL-2.0
/*
 * fault.c - each allocation of each call fails once
 *
 * Needs a kernel with CONFIG_FAILSLAB and CONFIG_FAULT_INJECTION_DEBUG_FS;
 * skipped on others.  The call is made again and again, and the first, the
 * second, ... allocation in it fails, until there was none left to fail.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi.h"
#include "attr.h"
#include "host.h"
#include "proc.h"
#include "tap.h"

#define FAIL_NTH	"/proc/thread-self/fail-nth"
#define NTH_MAX		2000
#define ALLOCATIONS_MAX	1000000

static struct proc p;
static struct attr before;
static int device;

/* Let allocation number @nth of this thread fail; 0: none. */
static void fail(int nth)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", nth);
	file_write(FAIL_NTH, text);
}

/* Has it come to that? */
static bool failed(void)
{
	char *text = file_read(FAIL_NTH);
	bool none_left = text && atoi(text) == 0;

	free(text);
	return none_left;
}

static bool injection(void)
{
	static const char *const settings[][2] = {
		{ "/sys/kernel/debug/failslab/ignore-gfp-wait", "N" },
		{ "/sys/kernel/debug/failslab/verbose", "0" },
		{ "/sys/kernel/debug/fail_page_alloc/ignore-gfp-wait", "N" },
		{ "/sys/kernel/debug/fail_page_alloc/min-order", "0" },
		{ "/sys/kernel/debug/fail_page_alloc/verbose", "0" },
	};
	size_t i;

	if (access(FAIL_NTH, W_OK) || file_write(settings[0][0], "N"))
		return false;
	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		file_write(settings[i][0], settings[i][1]);
	return true;
}

static int try_attach(void)
{
	struct sched_turbo_attach a = { .size = sizeof(a), .tid = p.pid };

	return ioctl(device, SCHED_TURBO_IOC_ATTACH, &a) ? -errno : 0;
}

static int try_add(void)
{
	struct sched_turbo_core_op op = { .size = sizeof(op), .cpu = 3 };

	return ioctl(device, SCHED_TURBO_IOC_CORE_ADD, &op) ? -errno : 0;
}

static int try_list(unsigned long command, size_t entry)
{
	static char entries[16384];
	struct sched_turbo_list l = {
		.size = sizeof(l), .entry_size = entry, .nr = 16,
		.addr = (uintptr_t)entries,
	};

	return ioctl(device, command, &l) ? -errno : 0;
}

static int try_cores(void)
{
	return try_list(SCHED_TURBO_IOC_CORES, sizeof(struct sched_turbo_core));
}

static int try_threads(void)
{
	return try_list(SCHED_TURBO_IOC_THREADS,
			sizeof(struct sched_turbo_thread));
}

static bool attach_had_no_effect(void)
{
	return !threads(NULL, 0) && attr_is(p.pid, &before, "attach");
}

static bool add_had_no_effect(void)
{
	return cores(NULL, 0) == 1;
}

static bool no_effect(void)
{
	return cores(NULL, 0) == 2;
}

static void undo_attach(void)
{
	detach(p.pid, NULL);
}

static void undo_add(void)
{
	/* of a new module, so that the core is not there already */
	close(device);
	module_need("turbo_cpus=2");
	device = open(SCHED_TURBO_DEVICE, O_RDWR | O_CLOEXEC);
}

static void undo_nothing(void)
{
}

static void call(const char *name, int (*try)(void), bool (*unchanged)(void),
		 void (*undo)(void))
{
	int nth, err = 0, refused = 0, survived = 0, wrong = 0, effect = 0;
	bool done = false;

	for (nth = 1; nth < NTH_MAX && !done; nth++) {
		fail(nth);
		err = try();
		done = !failed();
		fail(0);
		if (!err) {
			survived += !done;
			undo();
			continue;
		}
		refused++;
		wrong += err != -ENOMEM;
		if (!unchanged()) {
			note("%s: effect of a call with failure %d: %d", name,
			     nth, err);
			effect++;
		}
	}
	note("%s: %d allocations failed, the call survived %d of them", name,
	     nth - 2, survived);
	ok(done && !err, "%s: each allocation has failed, the last call went well",
	   name);
	ok(refused, "%s: some calls were refused", name);
	is(wrong, 0, "%s: all of them by ENOMEM", name);
	is(effect, 0, "%s: which had no effect", name);
}

/* No allocation to fail in giving a thread back: it must always work. */
static void detaching(void)
{
	int nth, bad = 0;
	bool done = false;

	for (nth = 1; nth < NTH_MAX && !done; nth++) {
		struct sched_turbo_detach d = {
			.size = sizeof(d), .tid = p.pid,
		};

		attach(p.pid, 0);
		fail(nth);
		if (ioctl(device, SCHED_TURBO_IOC_DETACH, &d))
			bad++;
		done = !failed();
		fail(0);
		bad += !attr_is(p.pid, &before, "detach");
	}
	ok(done, "detach: each allocation has failed");
	is(bad, 0, "detach: and it has gone well");
	ok(await(SOON, !threads(NULL, 0)), "detach: no thread is left");
}

/* How many allocations the kernel makes for a load that ends with @err. */
static int loading_allocations(int fd, const char *params, int err)
{
	char *text;
	int left;

	fail(ALLOCATIONS_MAX);
	if (syscall(SYS_finit_module, fd, params, 0))
		is(errno, err, "load: %s", params);
	else
		is(0, err, "load: %s", params);
	text = file_read(FAIL_NTH);
	fail(0);
	left = text ? atoi(text) : 0;
	free(text);
	return ALLOCATIONS_MAX - left;
}

/*
 * Most of the allocations are the module loader's, which warns where one of
 * them fails; ours come last.  A bad slice is refused before the first one.
 */
static void loading(void)
{
	int fd = open(build_path("kmod/sched_turbo.ko"), O_RDONLY);
	int nth, first, refused = 0, loaded = 0;
	bool done = false;

	module_unload();
	first = loading_allocations(fd, "turbo_cpus=2-3 slice_us=1", ERANGE);
	nth = loading_allocations(fd, "turbo_cpus=2-3 slice_us=100", 0);
	ok(first > 20 && nth > first, "load: %d allocations, %d of them ours",
	   nth, nth - first);
	module_unload();
	/* the count of the first includes a few of giving up */
	for (nth = first - 10; nth < first + NTH_MAX && !done; nth++) {
		int err;

		fail(nth);
		err = syscall(SYS_finit_module, fd,
			      "turbo_cpus=2-3 slice_us=100", 0);
		done = !failed();
		fail(0);
		if (err) {
			refused++;
			continue;
		}
		loaded++;
		if (module_unload())
			break;
	}
	close(fd);
	note("load: refused %d times, loaded %d times", refused, loaded);
	ok(done, "load: each allocation has failed");
	ok(!module_loaded(), "load: nothing is left");
}

/* The hook does not fail a fork; that child keeps what it has inherited. */
static void children(void)
{
	int nth, good = 0;
	bool done = false;
	pid_t pid;

	is(attach(getpid(), 0), 0, "fork: attach the one who forks");
	for (nth = 1; nth < NTH_MAX && !done; nth++) {
		fail(nth);
		pid = fork();
		if (!pid)
			_exit(0);
		done = !failed();
		fail(0);
		if (pid > 0) {
			good++;
			waitpid(pid, NULL, 0);
		}
	}
	note("fork: %d allocations failed, %d forks went well", nth - 2, good);
	ok(done, "fork: each allocation has failed");
	ok(good > 1, "fork: the hook's failures do no harm");
	is(detach(getpid(), NULL), 0, "fork: detach");
}

int main(void)
{
	tap_start();
	if (!injection()) {
		skip("no fault injection in this kernel", "everything");
		return tap_end();
	}
	module_need("turbo_cpus=2");
	/* before the device is open, or the child would hold it open too */
	p = proc_start(1, TASK_NAP);
	device = open(SCHED_TURBO_DEVICE, O_RDWR | O_CLOEXEC);
	attr_get(p.pid, &before);
	call("attach", try_attach, attach_had_no_effect, undo_attach);
	detaching();
	call("add a core", try_add, add_had_no_effect, undo_add);
	core_add(3, 0);
	call("list cores", try_cores, no_effect, undo_nothing);
	attach(p.pid, 0);
	call("list threads", try_threads, no_effect, undo_nothing);
	children();
	is(rescues(), 0, "no thread waited without a timer");
	close(device);
	proc_end(&p);
	loading();
	return tap_end();
}
