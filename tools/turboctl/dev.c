// SPDX-License-Identifier: GPL-2.0
/*
 * The calls of /dev/sched_turbo
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dev.h"
#include "msg.h"
#include "sys.h"

/* The device of a module whose ABI is this header's. */
int dev_open_if_loaded(void)
{
	struct sched_turbo_version version;
	int fd, err;

	fd = sys_open_device();
	if (fd == -ENOENT || fd == -ENXIO || fd == -ENODEV)
		return -ENODEV;
	if (fd < 0) {
		dev_refused_open(fd);
		return fd;
	}
	err = dev_version(fd, &version);
	if (!err && version.abi_major != SCHED_TURBO_ABI_MAJOR) {
		complain("the module (%s) has ABI %u.%u and this turboctl %u.%u: install the turboctl that came with the module",
			 printable(version.release), version.abi_major,
			 version.abi_minor, SCHED_TURBO_ABI_MAJOR,
			 SCHED_TURBO_ABI_MINOR);
		err = -EPROTO;
	}
	if (!err)
		return fd;
	close(fd);
	return err;
}

int dev_open(void)
{
	int fd = dev_open_if_loaded();

	if (fd == -ENODEV)
		dev_refused_open(fd);
	return fd;
}

int dev_version(int fd, struct sched_turbo_version *version)
{
	int err;

	memset(version, 0, sizeof(*version));
	version->size = sizeof(*version);
	err = sys_ioctl(fd, SCHED_TURBO_IOC_VERSION, version);
	if (err)
		complain("%s does not tell its version: %s (is it sched_turbo's? see lsmod and dmesg)",
			 SCHED_TURBO_DEVICE, strerror(-err));
	/* Said to be so, but it is the kernel's word against our stack. */
	version->release[sizeof(version->release) - 1] = '\0';
	return err;
}

int dev_attach(int fd, pid_t tid, uint64_t slice_ns)
{
	struct sched_turbo_attach arg = {
		.size = sizeof(arg),
		.tid = tid,
		.slice_ns = slice_ns,
	};

	return sys_ioctl(fd, SCHED_TURBO_IOC_ATTACH, &arg);
}

int dev_detach(int fd, pid_t tid, uint32_t *changed)
{
	struct sched_turbo_detach arg = {
		.size = sizeof(arg),
		.tid = tid,
	};
	int err;

	err = sys_ioctl(fd, SCHED_TURBO_IOC_DETACH, &arg);
	*changed = err ? 0 : arg.changed;
	return err;
}

static int core_op(int fd, unsigned long request, unsigned int cpu,
		   uint64_t slice_ns)
{
	struct sched_turbo_core_op arg = {
		.size = sizeof(arg),
		.cpu = cpu,
		.slice_ns = slice_ns,
	};

	return sys_ioctl(fd, request, &arg);
}

int dev_core_add(int fd, unsigned int cpu, uint64_t slice_ns)
{
	return core_op(fd, SCHED_TURBO_IOC_CORE_ADD, cpu, slice_ns);
}

int dev_core_del(int fd, unsigned int cpu)
{
	return core_op(fd, SCHED_TURBO_IOC_CORE_DEL, cpu, 0);
}

int dev_core_slice(int fd, unsigned int cpu, uint64_t slice_ns)
{
	return core_op(fd, SCHED_TURBO_IOC_CORE_SLICE, cpu, slice_ns);
}

int dev_vm(int fd, unsigned long request, const struct sched_turbo_vm_op *op)
{
	struct sched_turbo_vm_op arg = *op;

	return sys_ioctl(fd, request, &arg);
}

int dev_period(int fd, uint64_t *period_ns)
{
	struct sched_turbo_period arg = {
		.size = sizeof(arg),
		.period_ns = *period_ns,
	};
	int err = sys_ioctl(fd, SCHED_TURBO_IOC_PERIOD, &arg);

	*period_ns = arg.period_ns;
	return err;
}

/* Asks again with a larger array until all entries there are have fit. */
static int read_list(int fd, unsigned long request, const char *what,
		     size_t entry_size, void **entries, unsigned int *nr)
{
	unsigned int room = 16;
	int err;

	*entries = NULL;
	for (;;) {
		struct sched_turbo_list arg = {
			.size = sizeof(arg),
			.entry_size = entry_size,
			.nr = room,
		};

		*entries = xalloc(*entries, room, entry_size);
		memset(*entries, 0, room * entry_size);
		arg.addr = (uintptr_t)*entries;
		err = sys_ioctl(fd, request, &arg);
		if (err) {
			/* before ABI 1.1 there were no VMs */
			if (err != -ENOTTY || request != SCHED_TURBO_IOC_VMS)
				complain("the module does not list its %s: %s (turboctl version tells whether the two fit)",
					 what, strerror(-err));
			free(*entries);
			*entries = NULL;
			*nr = 0;
			return err;
		}
		*nr = arg.nr;
		if (arg.nr <= room)
			return 0;
		room = arg.nr + arg.nr / 4;
	}
}

int dev_cores(int fd, struct sched_turbo_core **cores, unsigned int *nr)
{
	void *entries;
	int err;

	err = read_list(fd, SCHED_TURBO_IOC_CORES, "turbo cores", sizeof(**cores),
		   &entries, nr);
	*cores = entries;
	return err;
}

int dev_threads(int fd, struct sched_turbo_thread **threads, unsigned int *nr)
{
	void *entries;
	int err;

	err = read_list(fd, SCHED_TURBO_IOC_THREADS, "threads", sizeof(**threads),
		   &entries, nr);
	*threads = entries;
	for (unsigned int i = 0; i < *nr; i++) {
		char *comm = (*threads)[i].comm;

		comm[sizeof((*threads)[i].comm) - 1] = '\0';
		printable(comm);
	}
	return err;
}

int dev_vms(int fd, struct sched_turbo_vm **vms, unsigned int *nr)
{
	void *entries;
	int err;

	err = read_list(fd, SCHED_TURBO_IOC_VMS, "VMs", sizeof(**vms), &entries,
			nr);
	*vms = entries;
	return err == -ENOTTY ? 0 : err;
}
