// SPDX-License-Identifier: GPL-2.0
/*
 * threadattr.c - scheduling settings of a vCPU thread, and its accounts
 */
#include <err.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "threadattr.h"

/* The kernel's struct sched_attr, under a name that no libc has taken. */
struct sched_settings {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime;
	uint64_t deadline;
	uint64_t period;
};

static struct sched_settings get_settings(pid_t tid)
{
	struct sched_settings s = { 0 };

	if (syscall(SYS_sched_getattr, tid, &s, sizeof(s), 0))
		err(1, "sched_getattr of %d", tid);
	s.size = sizeof(s);
	return s;
}

cpu_set_t cpus_parse(const char *cpus)
{
	unsigned int first, last, cpu;
	cpu_set_t set;

	switch (sscanf(cpus, "%u-%u", &first, &last)) {
	case 1:
		last = first;
		break;
	case 2:
		break;
	default:
		errx(2, "'%s' is no CPU", cpus);
	}
	CPU_ZERO(&set);
	for (cpu = first; cpu <= last && cpu < CPU_SETSIZE; cpu++)
		CPU_SET(cpu, &set);
	return set;
}

void thread_set_cpus(pid_t tid, const char *cpus)
{
	cpu_set_t set = cpus_parse(cpus);

	if (sched_setaffinity(tid, sizeof(set), &set))
		err(1, "affinity of %d to %s", tid, cpus);
}

void thread_set_nice(pid_t tid, int nice)
{
	if (setpriority(PRIO_PROCESS, tid, nice))
		err(1, "nice value %d of %d", nice, tid);
}

uint64_t thread_slice(pid_t tid)
{
	return get_settings(tid).runtime;
}

void thread_set_slice(pid_t tid, uint64_t ns)
{
	struct sched_settings s = get_settings(tid);

	s.runtime = ns;
	if (syscall(SYS_sched_setattr, tid, &s, 0))
		err(1, "slice of %d", tid);
	/* The kernel's own has some value. */
	if (!ns)
		return;
	/* Kernels before 6.12 take the value and forget it. */
	if (!thread_slice(tid))
		errx(1, "this kernel has no slices of a thread's own");
	if (thread_slice(tid) != ns)
		errx(1, "slice of %d is %" PRIu64 " ns and not %" PRIu64, tid,
		     thread_slice(tid), ns);
}

static FILE *open_proc(pid_t tid, const char *file)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/%s", tid, file);
	f = fopen(path, "r");
	if (!f)
		err(1, "%s", path);
	return f;
}

void thread_account(pthread_t thread, pid_t tid, struct thread_account *account)
{
	struct timespec ts;
	clockid_t clock;
	char line[256];
	uint64_t run;
	FILE *f;

	memset(account, 0, sizeof(*account));
	/* Unlike schedstat, this has what a running thread used just now. */
	if (pthread_getcpuclockid(thread, &clock) || clock_gettime(clock, &ts))
		errx(1, "%d has no CPU clock", tid);
	account->run_ns = ts.tv_sec * 1000000000ULL + ts.tv_nsec;

	f = open_proc(tid, "schedstat");
	if (fscanf(f, "%" SCNu64 " %" SCNu64 " %" SCNu64, &run,
		   &account->wait_ns, &account->switches) != 3)
		errx(1, "schedstat of %d", tid);
	fclose(f);

	f = open_proc(tid, "status");
	while (fgets(line, sizeof(line), f)) {
		sscanf(line, "voluntary_ctxt_switches: %" SCNu64, &account->voluntary);
		sscanf(line, "nonvoluntary_ctxt_switches: %" SCNu64, &account->involuntary);
	}
	fclose(f);
}

void process_join_cgroup(const char *path)
{
	char procs[PATH_MAX];
	FILE *f;

	snprintf(procs, sizeof(procs), "%s/cgroup.procs", path);
	f = fopen(procs, "w");
	if (!f || fputs("0\n", f) == EOF || fclose(f))
		err(1, "%s", procs);
}
