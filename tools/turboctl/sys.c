// SPDX-License-Identifier: GPL-2.0
/*
 * The system calls that the tests put others in place of
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/sched_turbo.h>

#include "fs.h"
#include "sys.h"

int sys_open_device(void)
{
	char *path = fs_path(SCHED_TURBO_DEVICE);
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		fd = -errno;
	free(path);
	return fd;
}

int sys_ioctl(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) < 0 ? -errno : 0;
}

/*
 * Straight to the kernel: the library's cpu_set_t holds 1024 CPUs.  The bits of
 * struct cpus are the kernel's where long has 64 bits, and where it has 32 and
 * is little-endian.
 */
int sys_getaffinity(pid_t tid, struct cpus *set)
{
	cpus_clear(set);
	/* Thread ids of another machine's are none of this one's. */
	if (!fs_is_real())
		return -ESRCH;
	return syscall(SYS_sched_getaffinity, tid, sizeof(*set), set) < 0 ?
	       -errno : 0;
}

int sys_setaffinity(pid_t tid, const struct cpus *set)
{
	if (!fs_is_real())
		return -ESRCH;
	return syscall(SYS_sched_setaffinity, tid, sizeof(*set), set) < 0 ?
	       -errno : 0;
}
