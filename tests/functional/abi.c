// SPDX-License-Identifier: GPL-2.0
/* abi.c - the calls of /dev/sched_turbo */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "abi.h"

#define CORES_MAX	64
#define THREADS_MAX	1024

int abi_ioctl(unsigned long command, void *arg)
{
	int fd = open(SCHED_TURBO_DEVICE, O_RDWR | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -errno;
	ret = ioctl(fd, command, arg);
	if (ret < 0)
		ret = -errno;
	close(fd);
	return ret;
}

int attach(pid_t tid, uint64_t slice_ns)
{
	struct sched_turbo_attach a = {
		.size = sizeof(a),
		.tid = tid,
		.slice_ns = slice_ns,
	};

	return abi_ioctl(SCHED_TURBO_IOC_ATTACH, &a);
}

int detach(pid_t tid, uint32_t *changed)
{
	struct sched_turbo_detach d = { .size = sizeof(d), .tid = tid };
	int ret = abi_ioctl(SCHED_TURBO_IOC_DETACH, &d);

	if (changed)
		*changed = d.changed;
	return ret;
}

static int core_op(unsigned long command, unsigned int cpu, uint64_t slice_ns)
{
	struct sched_turbo_core_op op = {
		.size = sizeof(op),
		.cpu = cpu,
		.slice_ns = slice_ns,
	};

	return abi_ioctl(command, &op);
}

int core_add(unsigned int cpu, uint64_t slice_ns)
{
	return core_op(SCHED_TURBO_IOC_CORE_ADD, cpu, slice_ns);
}

int core_del(unsigned int cpu)
{
	return core_op(SCHED_TURBO_IOC_CORE_DEL, cpu, 0);
}

int core_slice(unsigned int cpu, uint64_t slice_ns)
{
	return core_op(SCHED_TURBO_IOC_CORE_SLICE, cpu, slice_ns);
}

static int list(unsigned long command, void *entries, uint32_t entry_size,
		unsigned int max)
{
	struct sched_turbo_list l = {
		.size = sizeof(l),
		.entry_size = entry_size,
		.nr = max,
		.addr = (uintptr_t)entries,
	};
	int ret = abi_ioctl(command, &l);

	return ret < 0 ? ret : (int)l.nr;
}

int cores(struct sched_turbo_core *c, unsigned int max)
{
	return list(SCHED_TURBO_IOC_CORES, c, sizeof(*c), max);
}

int threads(struct sched_turbo_thread *t, unsigned int max)
{
	return list(SCHED_TURBO_IOC_THREADS, t, sizeof(*t), max);
}

bool core_find(unsigned int cpu, struct sched_turbo_core *c)
{
	struct sched_turbo_core all[CORES_MAX];
	int i, nr = cores(all, CORES_MAX);

	for (i = 0; i < nr && i < CORES_MAX; i++) {
		if (all[i].cpu != cpu)
			continue;
		if (c)
			*c = all[i];
		return true;
	}
	return false;
}

bool thread_find(pid_t tid, struct sched_turbo_thread *t)
{
	struct sched_turbo_thread *all = calloc(THREADS_MAX, sizeof(*all));
	int i, nr = all ? threads(all, THREADS_MAX) : 0;
	bool found = false;

	for (i = 0; i < nr && i < THREADS_MAX && !found; i++) {
		found = all[i].tid == tid;
		if (found && t)
			*t = all[i];
	}
	free(all);
	return found;
}

uint64_t rescues(void)
{
	struct sched_turbo_core all[CORES_MAX];
	int i, nr = cores(all, CORES_MAX);
	uint64_t sum = 0;

	for (i = 0; i < nr && i < CORES_MAX; i++)
		sum += all[i].rescues;
	return sum;
}

int vm_op(unsigned long command, pid_t pid, uint32_t flags, uint32_t weight,
	  uint32_t floor_permille)
{
	struct sched_turbo_vm_op op = {
		.size = sizeof(op),
		.pid = pid,
		.flags = flags,
		.weight = weight,
		.floor_permille = floor_permille,
	};

	return abi_ioctl(command, &op);
}

int vm_list(struct sched_turbo_vm *v, unsigned int max)
{
	return list(SCHED_TURBO_IOC_VMS, v, sizeof(*v), max);
}

bool vm_find(pid_t pid, struct sched_turbo_vm *v)
{
	struct sched_turbo_vm all[CORES_MAX];
	int i, nr = vm_list(all, CORES_MAX);

	for (i = 0; i < nr && i < CORES_MAX; i++) {
		if (all[i].pid != pid)
			continue;
		if (v)
			*v = all[i];
		return true;
	}
	return false;
}

int64_t vm_period(uint64_t period_ns)
{
	struct sched_turbo_period p = {
		.size = sizeof(p),
		.period_ns = period_ns,
	};
	int err = abi_ioctl(SCHED_TURBO_IOC_PERIOD, &p);

	return err ?: (int64_t)p.period_ns;
}
