// SPDX-License-Identifier: GPL-2.0
/*
 * error.c - each refusal: its errno, its line in the log, and no effect
 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "abi.h"
#include "attr.h"
#include "host.h"
#include "proc.h"
#include "tap.h"

/* A thread that is attached all the time, and one that never is. */
static struct proc in, out;

/* What no refusal may change. */
static struct state {
	struct sched_turbo_core core[4];
	int cores;
	struct sched_turbo_thread thread[4];
	int threads;
	struct attr in, out;
} before;

static void look(struct state *s)
{
	int i;

	memset(s, 0, sizeof(*s));
	s->cores = cores(s->core, 4);
	s->threads = threads(s->thread, 4);
	attr_get(in.pid, &s->in);
	attr_get(out.pid, &s->out);
	/* of the entries, what is not a counter */
	for (i = 0; i < s->cores; i++)
		memset(&s->core[i].lead_ns, 0, sizeof(s->core[i]) -
		       offsetof(struct sched_turbo_core, lead_ns));
	for (i = 0; i < s->threads; i++)
		memset(&s->thread[i].slices, 0, sizeof(s->thread[i]) -
		       offsetof(struct sched_turbo_thread, slices));
}

/* @got is to be @want, @logged to be in the log, and all else as before. */
static void __attribute__((format(printf, 4, 5)))
refused(int got, int want, const char *logged, const char *format, ...)
{
	struct state after;
	char what[128];
	va_list ap;

	va_start(ap, format);
	vsnprintf(what, sizeof(what), format, ap);
	va_end(ap);
	is(got, want, "%s: %s", what, strerror(-want));
	ok(log_count("%s", logged) > 0, "%s: the log names \"%s\"", what,
	   logged);
	look(&after);
	ok(!memcmp(&before, &after, sizeof(before)), "%s: nothing changed",
	   what);
	log_mark();
}

static void attach_thread(void)
{
	struct proc gone = proc_start(1, TASK_BLOCK);
	char named[64];
	pid_t tid;

	refused(attach(INT_MAX, 0), -ESRCH, "thread 2147483647",
		"attach no thread");
	refused(attach(0, 0), -ESRCH, "thread 0", "attach thread 0");
	refused(attach(-1, 0), -ESRCH, "thread -1", "attach thread -1");
	tid = gone.pid;
	proc_end(&gone);
	snprintf(named, sizeof(named), "thread %d", tid);
	refused(attach(tid, 0), -ESRCH, named, "attach ended thread");
	/* 2 is kthreadd */
	refused(attach(2, 0), -EOPNOTSUPP, "thread 2 (kthreadd)",
		"attach kernel thread");
	snprintf(named, sizeof(named), "thread %d (error): is attached already",
		 in.pid);
	refused(attach(in.pid, 0), -EALREADY, named, "attach attached thread");
	refused(attach(in.pid, 200 * US), -EALREADY, named,
		"attach attached thread with a slice");
}

static void attach_slice(void)
{
	refused(attach(out.pid, 1), -ERANGE, "slice 1 ns", "attach, 1 ns");
	refused(attach(out.pid, 99999), -ERANGE, "slice 99999 ns",
		"attach, 99999 ns");
	refused(attach(out.pid, 10000001), -ERANGE, "slice 10000001 ns",
		"attach, 10000001 ns");
	refused(attach(out.pid, UINT64_MAX), -ERANGE,
		"slice 18446744073709551615 ns", "attach, the largest number");
}

/* Policies that could not be given back. */
static void attach_policy(void)
{
	struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t runtime, deadline, period;
	} deadline = {
		.size = 48, .policy = SCHED_DEADLINE, .runtime = MS,
		.deadline = 100 * MS, .period = 100 * MS,
	};
	struct attr ext = { .policy = SCHED_EXT };
	struct attr other = { .policy = SCHED_OTHER };
	struct state was = before;

	if (syscall(SYS_sched_setattr, out.pid, &deadline, 0)) {
		skip("cannot be set here", "attach, SCHED_DEADLINE");
	} else {
		look(&before);
		refused(attach(out.pid, 0), -EOPNOTSUPP, "policy 6",
			"attach, SCHED_DEADLINE");
	}
	attr_set(out.pid, &other);
	if (attr_set(out.pid, &ext)) {
		skip("this kernel has none", "attach, SCHED_EXT");
	} else {
		look(&before);
		refused(attach(out.pid, 0), -EOPNOTSUPP, "policy 7",
			"attach, SCHED_EXT");
	}
	attr_set(out.pid, &other);
	before = was;
}

static void attach_flags(void)
{
	struct sched_turbo_attach a = {
		.size = sizeof(a), .tid = out.pid, .flags = 0x80,
	};

	refused(abi_ioctl(SCHED_TURBO_IOC_ATTACH, &a), -EINVAL, "flags 0x80",
		"attach, flags");
	a.flags = 0;
	a.pad = 5;
	refused(abi_ioctl(SCHED_TURBO_IOC_ATTACH, &a), -EINVAL, "pad 0x5",
		"attach, pad");
}

static void detach_thread(void)
{
	struct sched_turbo_detach d = {
		.size = sizeof(d), .tid = in.pid, .flags = 1, .changed = 7,
	};
	uint32_t changed;
	char named[64];

	refused(detach(INT_MAX, &changed), -ESRCH, "thread 2147483647",
		"detach no thread");
	refused(detach(0, &changed), -ESRCH, "thread 0", "detach thread 0");
	snprintf(named, sizeof(named), "thread %d (error): is not attached",
		 out.pid);
	refused(detach(out.pid, &changed), -ENOENT, named,
		"detach thread not attached");
	refused(abi_ioctl(SCHED_TURBO_IOC_DETACH, &d), -EINVAL, "flags 0x1",
		"detach, flags");
	is(d.changed, 7, "detach, flags: nothing is written");
}

static void add_core(void)
{
	refused(core_add(99, 0), -ENXIO, "cpu 99", "add no CPU");
	refused(core_add(UINT_MAX, 0), -ENXIO, "cpu 4294967295",
		"add the largest number");
	refused(core_add(2, 0), -EEXIST, "cpu 2: is a turbo core already",
		"add a turbo core");
	refused(core_add(3, 99999), -ERANGE, "slice 99999 ns",
		"add a core, 99999 ns");
	refused(core_add(3, UINT64_MAX), -ERANGE, "slice 18446744073709551615",
		"add a core, the largest number");
	if (!cpu_set_online(3, false)) {
		look(&before);
		log_mark();
		refused(core_add(3, 0), -ENXIO, "cpu 3", "add an offline CPU");
		cpu_set_online(3, true);
	}

	core_add(3, 0);
	core_add(1, 0);
	look(&before);
	log_mark();
	refused(core_add(0, 0), -EBUSY, "cpu 0: is the last one",
		"add the last regular core");
	core_del(1);
	core_del(3);
	look(&before);
	log_mark();
}

static void core_call(unsigned long command, const char *what)
{
	struct sched_turbo_core_op op = {
		.size = sizeof(op), .cpu = 2, .flags = 4, .slice_ns = 200 * US,
	};

	if (command == SCHED_TURBO_IOC_CORE_ADD)
		op.cpu = 3;
	refused(abi_ioctl(command, &op), -EINVAL, "flags 0x4", "%s, flags",
		what);
	op.flags = 0;
	op.pad = 9;
	refused(abi_ioctl(command, &op), -EINVAL, "pad 0x9", "%s, pad", what);
}

static void other_cores(void)
{
	refused(core_del(3), -ENOENT, "cpu 3: is not", "remove a regular core");
	refused(core_del(UINT_MAX), -ENOENT, "cpu 4294967295",
		"remove the largest number");
	refused(core_slice(3, 200 * US), -ENOENT, "cpu 3: is not",
		"slice of a regular core");
	refused(core_slice(2, 0), -ERANGE, "slice 0 ns", "slice of 0 ns");
	refused(core_slice(2, 99999), -ERANGE, "slice 99999 ns",
		"slice of 99999 ns");
	refused(core_slice(2, 10000001), -ERANGE, "slice 10000001 ns",
		"slice of 10000001 ns");
}

static void no_core(void)
{
	char named[64];

	core_del(2);
	snprintf(named, sizeof(named), "thread %d (error): there is no",
		 out.pid);
	look(&before);
	log_mark();
	refused(attach(out.pid, 0), -ENODEV, named, "attach without a core");
}

int main(void)
{
	tap_start();
	module_need("turbo_cpus=2");
	in = proc_start(1, TASK_BLOCK);
	out = proc_start(1, TASK_BLOCK);
	attach(in.pid, 0);
	look(&before);
	is(before.cores, 1, "one core");
	is(before.threads, 1, "one thread");
	log_mark();

	attach_thread();
	attach_slice();
	attach_policy();
	attach_flags();
	detach_thread();
	add_core();
	core_call(SCHED_TURBO_IOC_CORE_ADD, "add a core");
	core_call(SCHED_TURBO_IOC_CORE_DEL, "remove a core");
	core_call(SCHED_TURBO_IOC_CORE_SLICE, "slice of a core");
	other_cores();
	no_core();
	proc_end(&in);
	proc_end(&out);
	is(module_unload(), 0, "unload");
	return tap_end();
}
