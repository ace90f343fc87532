// SPDX-License-Identifier: GPL-2.0
/*
 * Threads that are pinned to some CPUs
 *
 * Before 6.2 the kernel forgets what sched_setaffinity(2) was told when a
 * cpuset changes: to turn the controller on or to make a partition unpins every
 * thread on the machine.  So they are looked at before and after, and those
 * that lost their affinity get it again without the turbo cores, and as it was
 * when the cores go.  Newer kernels do that themselves, and nothing is left to
 * do here.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dev.h"
#include "fs.h"
#include "isolate.h"
#include "msg.h"
#include "sys.h"

struct pinned_thread {
	pid_t tid;
	uint64_t start;
	struct cpus before;
};

/* The CPUs that a cgroup's cpuset leaves to its threads. */
struct cgroup_cpus {
	char *path;
	struct cpus effective;
};

struct pinned {
	struct attached *attached;
	struct pinned_thread *threads;
	size_t nr_threads;
	struct cgroup_cpus *cgroups;
	size_t nr_cgroups;
};

/* A file of thread @tid; the caller frees it. */
static char *thread_file(pid_t tid, const char *name)
{
	char *path = xprintf("/proc/%d/%s", tid, name);
	char *text;
	int err;

	err = fs_read(path, &text);
	free(path);
	return err ? NULL : text;
}

/* Field 22 of its stat file; 0 if it is no more. */
static uint64_t thread_start(pid_t tid)
{
	char *stat = thread_file(tid, "stat");
	unsigned long long start = 0;
	char *s = stat ? strrchr(stat, ')') : NULL;

	/* The name may have anything in it, even parentheses and blanks. */
	for (int field = 2; s && field < 22; field++)
		s = strchr(s + 1, ' ');
	if (s)
		start = strtoull(s, NULL, 10);
	free(stat);
	return start;
}

static char *thread_name(pid_t tid)
{
	char *comm = thread_file(tid, "comm");
	char *name = comm ? xprintf("%d (%s)", tid, printable(comm)) :
			    xprintf("%d", tid);

	free(comm);
	return name;
}

/* The cpuset of the nearest cgroup upwards that has one. */
static void read_effective(char *path, struct cpus *set)
{
	for (;;) {
		char *file = xprintf("/sys/fs/cgroup%s/cpuset.cpus.effective",
				     path);
		int err = fs_read_cpulist(file, set);
		char *slash = strrchr(path, '/');

		free(file);
		if (!err || !slash)
			return;
		*slash = '\0';
	}
}

static const struct cpus *cgroup_cpus(struct pinned *pinned, pid_t tid)
{
	char *text = thread_file(tid, "cgroup");
	char *line = text ? strstr(text, "0::/") : NULL;
	struct cgroup_cpus *cgroup;
	char *path;

	path = xstrdup(line ? line + strlen("0::") : "/");
	path[strcspn(path, "\n")] = '\0';
	free(text);
	for (size_t i = 0; i < pinned->nr_cgroups; i++) {
		if (!strcmp(pinned->cgroups[i].path, path)) {
			free(path);
			return &pinned->cgroups[i].effective;
		}
	}
	pinned->cgroups = xalloc(pinned->cgroups, pinned->nr_cgroups + 1,
				 sizeof(*cgroup));
	cgroup = &pinned->cgroups[pinned->nr_cgroups++];
	cgroup->path = xstrdup(path);
	read_effective(path, &cgroup->effective);
	free(path);
	return &cgroup->effective;
}

/*
 * To be called once more after the cpusets have changed: a thread may be
 * attached or detached by someone else at any time.
 */
static void update_attached(struct attached *attached)
{
	struct sched_turbo_thread *threads;
	unsigned int nr;

	if (attached->fd < 0 || dev_threads(attached->fd, &threads, &nr))
		return;
	for (unsigned int i = 0; i < nr; i++)
		tids_add(&attached->tids, threads[i].tid);
	free(threads);
}

static bool is_attached(const struct attached *attached, pid_t tid)
{
	for (size_t i = 0; i < attached->tids.nr; i++)
		if (attached->tids.tid[i] == tid)
			return true;
	return false;
}

/* Whether it still is the thread that was read, and ours to change. */
static bool is_ours(const struct pinned *pinned,
		    const struct pinned_thread *thread)
{
	return thread->start && thread_start(thread->tid) == thread->start &&
	       !is_attached(pinned->attached, thread->tid);
}

static bool is_saved(const struct state *st, pid_t tid)
{
	for (size_t i = 0; i < st->nr_threads; i++)
		if (st->threads[i].tid == tid)
			return true;
	return false;
}

static void read_thread(struct pinned *pinned, const struct state *st,
			pid_t tid, const struct cpus *online)
{
	struct pinned_thread *thread;
	struct cpus now;

	if (sys_getaffinity(tid, &now))
		return;
	if (!is_saved(st, tid) && (cpus_equal(&now, online) ||
				   cpus_equal(&now, cgroup_cpus(pinned, tid))))
		return;
	pinned->threads = xalloc(pinned->threads, pinned->nr_threads + 1,
				 sizeof(*thread));
	thread = &pinned->threads[pinned->nr_threads++];
	thread->tid = tid;
	thread->start = thread_start(tid);
	thread->before = now;
}

static void read_process(struct pinned *pinned, const struct state *st,
			 const char *pid, const struct cpus *online)
{
	char *path = xprintf("/proc/%s/task", pid);
	DIR *dir = fs_opendir(path);
	struct dirent *entry;

	free(path);
	while (dir && (entry = readdir(dir))) {
		pid_t tid = atoi(entry->d_name);

		if (tid > 0 && !is_attached(pinned->attached, tid))
			read_thread(pinned, st, tid, online);
	}
	if (dir)
		closedir(dir);
}

/*
 * All threads that may not run on all CPUs that their cgroup has, and those we
 * have to give something back to.
 */
struct pinned *pinned_read(const struct state *st, struct attached *attached)
{
	struct pinned *pinned = xalloc(NULL, 1, sizeof(*pinned));
	struct dirent *entry;
	struct cpus online;
	DIR *dir;

	memset(pinned, 0, sizeof(*pinned));
	pinned->attached = attached;
	update_attached(attached);
	fs_read_cpulist("/sys/devices/system/cpu/online", &online);
	dir = fs_opendir("/proc");
	while (dir && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			read_process(pinned, st, entry->d_name, &online);
	if (dir)
		closedir(dir);
	return pinned;
}

static void forget_cgroups(struct pinned *pinned)
{
	for (size_t i = 0; i < pinned->nr_cgroups; i++)
		free(pinned->cgroups[i].path);
	pinned->nr_cgroups = 0;
}

void pinned_free(struct pinned *pinned)
{
	forget_cgroups(pinned);
	free(pinned->cgroups);
	free(pinned->threads);
	free(pinned);
}

/*
 * Gives a thread the affinity @want if it has all CPUs of its cgroup, which says
 * that the kernel forgot the one it had.  @now is what it has then.  A refusal
 * is final: a kernel thread that nobody may move, say.
 */
static void pin(struct pinned *pinned, pid_t tid, const struct cpus *want,
		struct cpus *now)
{
	if (sys_getaffinity(tid, now) || cpus_empty(want) ||
	    cpus_equal(now, want) ||
	    !cpus_equal(now, cgroup_cpus(pinned, tid)) ||
	    sys_setaffinity(tid, want))
		return;
	sys_getaffinity(tid, now);
}

/* After @cpu went to the partition, or should have. */
void pinned_keep_off(struct state *st, struct pinned *pinned, unsigned int cpu)
{
	char *homeless = NULL;

	forget_cgroups(pinned);
	update_attached(pinned->attached);
	for (size_t i = 0; i < pinned->nr_threads; i++) {
		struct pinned_thread *thread = &pinned->threads[i];
		struct saved_thread *saved;
		struct cpus want = thread->before, now;

		if (!is_ours(pinned, thread))
			continue;
		cpus_andnot(&want, &st->partition);
		pin(pinned, thread->tid, &want, &now);
		/*
		 * Kernel threads of that very CPU stay.  One that has all that
		 * its cgroup still has is saved although it lost nothing: it
		 * would pass for one that is not pinned.
		 */
		if (cpus_has(&thread->before, cpu) ? cpus_has(&now, cpu) :
		    !cpus_equal(&now, cgroup_cpus(pinned, thread->tid)))
			continue;
		if (cpus_empty(&want)) {
			char *name = thread_name(thread->tid);

			xlist(&homeless, "%s", name);
			free(name);
		}
		saved = state_thread(st, thread->tid, thread->start);
		if (saved && !cpus_equal(&saved->ours, &thread->before)) {
			state_drop_thread(st, saved);
			saved = NULL;
		}
		if (!saved) {
			saved = state_add_thread(st);
			saved->tid = thread->tid;
			saved->start = thread->start;
			saved->original = thread->before;
		}
		saved->ours = now;
	}
	if (homeless)
		note("pinned to nothing but turbo cores, and moved elsewhere by the kernel until core del: %s",
		     homeless);
	free(homeless);
}

/* What @thread has to have now that @cpu left the partition. */
static void give_back(struct state *st, struct pinned *pinned,
		      struct pinned_thread *thread, unsigned int cpu)
{
	struct saved_thread *saved;
	struct cpus want = thread->before, now;

	saved = state_thread(st, thread->tid, thread->start);
	if (saved && cpus_equal(&saved->ours, &thread->before)) {
		want = saved->original;
		cpus_andnot(&want, &st->partition);
	} else if (saved) {
		if (cpus_has(&saved->original, cpu)) {
			char *name = thread_name(thread->tid);

			note("thread %s is left alone: its affinity was changed meanwhile",
			     name);
			free(name);
		}
		state_drop_thread(st, saved);
		saved = NULL;
	}
	pin(pinned, thread->tid, &want, &now);
	if (!saved)
		return;
	saved->ours = now;
	if (!cpus_subset(&saved->original, &now))
		return;
	state_drop_thread(st, saved);
}

void pinned_give_back(struct state *st, struct pinned *pinned,
		      unsigned int cpu)
{
	forget_cgroups(pinned);
	update_attached(pinned->attached);
	for (size_t i = 0; i < pinned->nr_threads; i++) {
		struct pinned_thread *thread = &pinned->threads[i];

		if (is_ours(pinned, thread))
			give_back(st, pinned, thread, cpu);
	}
	/* Threads that have ended, and all once nothing is isolated. */
	for (size_t i = st->nr_threads; i--;) {
		struct saved_thread *saved = &st->threads[i];

		if (cpus_empty(&st->partition) ||
		    thread_start(saved->tid) != saved->start)
			state_drop_thread(st, saved);
	}
}
