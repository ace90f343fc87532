// SPDX-License-Identifier: GPL-2.0
/*
 * change.c - somebody else changes an attached thread: that is theirs
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "abi.h"
#include "attr.h"
#include "host.h"
#include "proc.h"
#include "tap.h"

/* A thread set away from the turbo cores is to be back after so long. */
#define BACK_MS		100

static struct attr want;

static int set_nice(pid_t tid)
{
	want.nice = 5;
	return setpriority(PRIO_PROCESS, tid, 5);
}

static int set_batch(pid_t tid)
{
	struct sched_param param = { 0 };

	want.policy = SCHED_BATCH;
	return sched_setscheduler(tid, SCHED_BATCH, &param);
}

static int set_fifo(pid_t tid)
{
	struct sched_param param = { .sched_priority = 7 };

	want.policy = SCHED_FIFO;
	want.priority = 7;
	want.slice_ns = 0;
	return sched_setscheduler(tid, SCHED_FIFO, &param);
}

static int set_slice(pid_t tid)
{
	struct attr attr = { .policy = SCHED_OTHER, .slice_ns = 2 * MS };

	want.slice_ns = 2 * MS;
	return attr_set(tid, &attr);
}

static int set_cpus(pid_t tid)
{
	want.cpus = cpus_parse("0");
	return cpus_set(tid, "0");
}

static int set_mixed_cpus(pid_t tid)
{
	want.cpus = cpus_parse("1-2");
	return cpus_set(tid, "1-2");
}

static int set_turbo_cpu(pid_t tid)
{
	want.cpus = cpus_parse("3");
	return cpus_set(tid, "3");
}

static int set_nice_and_cpus(pid_t tid)
{
	return set_nice(tid) ?: set_cpus(tid);
}

static const struct change {
	const char *name;
	int (*make)(pid_t tid);
	uint32_t changed;
	bool slices;		/* makes sense with slices only */
} changes[] = {
	{ "nice", set_nice, SCHED_TURBO_CHANGED_NICE, false },
	{ "BATCH", set_batch, SCHED_TURBO_CHANGED_POLICY, false },
	{ "slice", set_slice, SCHED_TURBO_CHANGED_SLICE, true },
	{ "affinity", set_cpus, SCHED_TURBO_CHANGED_AFFINITY, false },
	{ "mixed affinity", set_mixed_cpus, SCHED_TURBO_CHANGED_AFFINITY,
	  false },
	{ "affinity of a turbo core", set_turbo_cpu,
	  SCHED_TURBO_CHANGED_AFFINITY, false },
	{ "nice and affinity", set_nice_and_cpus,
	  SCHED_TURBO_CHANGED_NICE | SCHED_TURBO_CHANGED_AFFINITY, false },
};

#define CHANGES	((int)(sizeof(changes) / sizeof(changes[0])))

static void nothing(pid_t tid)
{
	(void)tid;
}

/* Let the keeper go round a few times. */
static void keeper_rounds(pid_t tid)
{
	(void)tid;
	usleep(300 * 1000);
}

/* What makes the module set the thread's attributes again, of itself. */
static void core_slices(pid_t tid)
{
	(void)tid;
	core_slice(2, 150 * US);
	core_slice(3, 150 * US);
}

static void other_core(pid_t tid)
{
	unsigned int cpu;

	(void)tid;
	/* wherever it is, it moves */
	for (cpu = 2; cpu <= 3; cpu++) {
		core_del(cpu);
		core_add(cpu, 0);
	}
}

static void another_core(pid_t tid)
{
	(void)tid;
	core_add(1, 0);
	core_del(1);
}

static const struct meanwhile {
	const char *name;
	void (*happens)(pid_t tid);
} meanwhiles[] = {
	{ "detached at once", nothing },
	{ "detached later", keeper_rounds },
	{ "slice of its core set", core_slices },
	{ "its core removed", other_core },
	{ "another core added", another_core },
};

static void kept(const struct change *c, const struct meanwhile *m,
		 enum task task)
{
	struct proc p = proc_start(1, task);
	uint32_t changed;

	if (c->slices && !attr_slices()) {
		skip("no slices before 6.12", "%s, %s", c->name, m->name);
		goto out;
	}
	attr_get(p.pid, &want);
	attach(p.pid, 0);
	if (c->make(p.pid))
		note("%s: cannot be set", c->name);
	m->happens(p.pid);
	is(detach(p.pid, &changed), 0, "%s, %s: detach", c->name, m->name);
	is(changed, c->changed, "%s, %s: is reported", c->name, m->name);
	ok(attr_is(p.pid, &want, c->name), "%s, %s: is kept", c->name,
	   m->name);
out:
	proc_end(&p);
}

static void all_kept(void)
{
	unsigned int m;
	int c;

	for (c = 0; c < CHANGES; c++)
		for (m = 0; m < sizeof(meanwhiles) / sizeof(meanwhiles[0]); m++)
			kept(&changes[c], &meanwhiles[m], m & 1 ? TASK_NAP :
								  TASK_BLOCK);
}

/* The other ways out, with all changes at once on threads of one process. */
static void kept_by(const char *way)
{
	struct proc p = proc_start(CHANGES, TASK_NAP);
	struct attr wants[CHANGES];
	bool slices = attr_slices();
	int i;

	for (i = 0; i < CHANGES; i++) {
		attr_get(proc_tid(&p, i), &want);
		attach(proc_tid(&p, i), 0);
		/*
		 * Before 6.2, the kernel does not remember what was asked
		 * for: let it not be what it has at first, its core alone.
		 */
		await(SOON, cpus_are(proc_tid(&p, i), TURBO_CPUS));
		if (!changes[i].slices || slices)
			changes[i].make(proc_tid(&p, i));
		wants[i] = want;
	}
	if (*way == 'u') {
		is(module_unload(), 0, "unload");
	} else {
		core_del(2);
		core_del(3);
	}
	for (i = 0; i < CHANGES; i++)
		ok(attr_is(proc_tid(&p, i), &wants[i], changes[i].name),
		   "%s: is kept by %s", changes[i].name, way);
	module_need("turbo_cpus=" TURBO_CPUS);
	proc_end(&p);
}

/* A policy outside CFS: the thread has left SCHED_TURBO. */
static void fifo(const struct meanwhile *m)
{
	struct proc p = proc_start(1, TASK_NAP);

	attr_get(p.pid, &want);
	attach(p.pid, 0);
	set_fifo(p.pid);
	m->happens(p.pid);
	ok(await(SOON, !thread_find(p.pid, NULL)),
	   "FIFO, %s: leaves SCHED_TURBO", m->name);
	ok(attr_is(p.pid, &want, "FIFO"),
	   "FIFO, %s: is FIFO, and else what it was", m->name);
	is(detach(p.pid, NULL), -ENOENT, "FIFO, %s: detach", m->name);
	is(attach(p.pid, 0), 0, "FIFO, %s: attach anew", m->name);
	is(detach(p.pid, NULL), 0, "FIFO, %s: detach", m->name);
	ok(attr_is(p.pid, &want, "FIFO"), "FIFO, %s: is FIFO still", m->name);
	proc_end(&p);
}

/* Bandwidth of all SCHED_DEADLINE threads, -1 if the kernel doesn't tell. */
static long long deadline_bandwidth(void)
{
	char *text = file_read("/sys/kernel/debug/sched/debug");
	char *at = text ? strstr(text, "total_bw") : NULL;
	long long bw = -1;

	at = at ? strchr(at, ':') : NULL;
	if (at)
		bw = atoll(at + 1);
	free(text);
	return bw;
}

/* No other policy can be set by its number alone, or be given back. */
static void deadline(void)
{
	struct {
		uint32_t size, policy;
		uint64_t flags;
		int32_t nice;
		uint32_t priority;
		uint64_t runtime, deadline, period;
	} attr = {
		.size = 48, .policy = SCHED_DEADLINE, .runtime = MS,
		.deadline = 100 * MS, .period = 100 * MS,
	};
	const char *limit = "/proc/sys/kernel/sched_rt_runtime_us";
	struct proc p = proc_start(1, TASK_NAP);
	char *was = file_read(limit);
	long long bandwidth;
	struct attr now;

	/* with a limit, such a thread must be allowed on all CPUs */
	file_write(limit, "-1");
	bandwidth = deadline_bandwidth();
	attach(p.pid, 0);
	if (syscall(SYS_sched_setattr, p.pid, &attr, 0)) {
		skip("cannot be set here", "DEADLINE: leaves SCHED_TURBO");
	} else {
		ok(await(SOON, !thread_find(p.pid, NULL)),
		   "DEADLINE: leaves SCHED_TURBO");
		attr_get(p.pid, &now);
		is(now.policy, SCHED_DEADLINE, "DEADLINE: is kept");
		ok(cpus_are(p.pid, "0-3"), "DEADLINE: may run anywhere");
	}
	proc_end(&p);
	/*
	 * Its bandwidth is given back a moment later.  Writing the limit while
	 * there is some makes 6.12 forget it, give it back all the same, and
	 * with less than none refuse to take a CPU offline.
	 */
	ok(await(SOON, deadline_bandwidth() == bandwidth),
	   "DEADLINE: its bandwidth is given back");
	if (was)
		file_write(limit, was);
	free(was);
}

static void ext(void)
{
	struct attr attr = { .policy = SCHED_EXT };
	struct proc p = proc_start(1, TASK_NAP);
	struct attr now;

	attach(p.pid, 0);
	if (attr_set(p.pid, &attr)) {
		skip("this kernel has none", "EXT: leaves SCHED_TURBO");
	} else {
		ok(await(SOON, !thread_find(p.pid, NULL)),
		   "EXT: leaves SCHED_TURBO");
		attr_get(p.pid, &now);
		is(now.policy, SCHED_EXT, "EXT: is kept");
		ok(cpus_are(p.pid, "0-3"), "EXT: may run anywhere");
	}
	proc_end(&p);
}

static int by_ms(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

/*
 * Set away, a thread comes back.  The time is that of the fastest of a few: the
 * others may have had to wait for a CPU of the outer machine.
 */
static void back(enum task task, const char *what)
{
	struct proc p = proc_start(1, task);
	struct sched_turbo_thread t = { 0 };
	int ms[5], i;

	attach(p.pid, 0);
	for (i = 0; i < 5; i++) {
		uint64_t start = now_ms();

		usleep(20000);
		cpus_set(p.pid, i & 1 ? "0" : "0-2");
		start = now_ms();
		if (!await(SOON, !cpus_are(p.pid, "0") &&
			   !cpus_are(p.pid, "0-2")))
			break;
		if (task == TASK_SPIN)
			await(SOON, proc_cpu(p.pid) >= 2);
		ms[i] = now_ms() - start;
	}
	is(i, 5, "%s, set away: comes back each time", what);
	if (i == 5) {
		qsort(ms, 5, sizeof(*ms), by_ms);
		note("back after %d to %d ms, median %d", ms[0], ms[4], ms[2]);
		ok(ms[0] <= BACK_MS, "%s, set away: back in %d ms", what,
		   BACK_MS);
	}
	thread_find(p.pid, &t);
	if (task == TASK_SPIN)
		ok(t.strays >= 2, "%s, set away: is counted", what);
	proc_end(&p);
}

int main(void)
{
	unsigned int m;

	tap_start();
	module_need("turbo_cpus=" TURBO_CPUS);
	all_kept();
	for (m = 0; m < 3; m++)
		fifo(&meanwhiles[m]);
	deadline();
	ext();
	back(TASK_SPIN, "spinning");
	back(TASK_BLOCK, "blocked");
	is(rescues(), 0, "no thread waited without a timer");
	kept_by("last core removed");
	kept_by("unload");
	is(module_unload(), 0, "unload");
	return tap_end();
}
