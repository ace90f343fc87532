// SPDX-License-Identifier: GPL-2.0
/* module.c - the two modules, and what is left when they are gone */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/sched_turbo.h>

#include "module.h"

#define PATCH	"/sys/kernel/livepatch/sched_turbo_policy"

const char *policy_module;

static void pause_ms(int ms)
{
	usleep(ms * 1000);
}

bool file_has(const char *path, const char *word)
{
	char line[512];
	bool found = false;
	FILE *f = fopen(path, "r");

	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f))
		found = strstr(line, word);
	fclose(f);
	return found;
}

bool module_is_loaded(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	return !access(path, F_OK);
}

int module_remove(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

int policy_load(bool wait)
{
	int fd = open(policy_module, O_RDONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, "", 0))
		err = -errno;
	close(fd);
	while (!err && wait && file_has(PATCH "/transition", "1"))
		pause_ms(20);
	return err;
}

bool policy_disable(void)
{
	int fd = open(PATCH "/enabled", O_WRONLY | O_CLOEXEC);
	bool written;

	if (fd < 0)
		return false;
	written = write(fd, "0\n", 2) == 2;
	close(fd);
	/* the directory goes when the patch has been undone */
	while (written && !access(PATCH, F_OK))
		pause_ms(20);
	return written;
}

int policy_unload(void)
{
	int err;

	if (!policy_disable())
		return -ENOENT;
	/* the reference is put a moment after the directory has gone */
	do {
		err = module_remove("sched_turbo_policy");
		if (err == -EAGAIN || err == -EWOULDBLOCK)
			pause_ms(20);
	} while (err == -EAGAIN || err == -EWOULDBLOCK);
	return err;
}

static int device(unsigned long request, void *arg)
{
	int fd = open(SCHED_TURBO_DEVICE, O_RDWR | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (ioctl(fd, request, arg))
		err = -errno;
	close(fd);
	return err;
}

unsigned int turbo_cpu(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN) - 1;
}

int turbo_cores(void)
{
	struct sched_turbo_core core;
	struct sched_turbo_list list = {
		.size = sizeof(list),
		.entry_size = sizeof(core),
		.nr = 1,
		.addr = (unsigned long)&core,
	};

	if (device(SCHED_TURBO_IOC_CORES, &list))
		return -1;
	return list.nr;
}

static int core_op(unsigned long request, unsigned int cpu)
{
	struct sched_turbo_core_op op = { .size = sizeof(op), .cpu = cpu };

	return device(request, &op);
}

int turbo_core_add(unsigned int cpu)
{
	return core_op(SCHED_TURBO_IOC_CORE_ADD, cpu);
}

int turbo_core_remove(unsigned int cpu)
{
	return core_op(SCHED_TURBO_IOC_CORE_DEL, cpu);
}
