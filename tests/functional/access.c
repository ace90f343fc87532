// SPDX-License-Identifier: GPL-2.0
/*
 * access.c - who may use the device, from where, and what outlives them
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi.h"
#include "host.h"
#include "proc.h"
#include "tap.h"

#define NOBODY	65534

/* Number of ioctl() and open() for 32-bit programs. */
#define IOCTL_32	54

/* In a process of its own: what @fn returns, which is a negative errno. */
static int in_child(int (*fn)(void))
{
	int status;
	pid_t pid;

	fflush(NULL);
	pid = fork();
	if (!pid)
		_exit(-fn());
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? -WEXITSTATUS(status) : 1;
}

static int open_it(void)
{
	return open(SCHED_TURBO_DEVICE, O_RDWR) < 0 ? -errno : 0;
}

static int nobody_opens(void)
{
	if (setgid(NOBODY) || setuid(NOBODY))
		return -EIO;
	return open_it();
}

/* Root with no capabilities but those of @mask. */
static int opens_with(uint32_t mask)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {
		{ .effective = mask, .permitted = mask },
	};

	if (syscall(SYS_capset, &header, data))
		return -EIO;
	return open_it();
}

static int none_opens(void)
{
	return opens_with(0);
}

static int sys_nice_opens(void)
{
	return opens_with(1U << CAP_SYS_NICE);
}

static void permissions(void)
{
	struct stat st = { 0 };

	is(stat(SCHED_TURBO_DEVICE, &st), 0, "the device is there");
	ok(S_ISCHR(st.st_mode) && (st.st_mode & 0777) == 0600 && !st.st_uid,
	   "it belongs to root alone");
	is(in_child(open_it), 0, "root opens it");
	is(in_child(nobody_opens), -EACCES, "nobody does not");
	chmod(SCHED_TURBO_DEVICE, 0666);
	is(in_child(nobody_opens), -EPERM, "nor where everybody may");
	chmod(SCHED_TURBO_DEVICE, 0600);
	is(in_child(none_opens), -EPERM, "root without CAP_SYS_NICE");
	is(in_child(sys_nice_opens), 0, "root with CAP_SYS_NICE only");
}

static pid_t target;

static int attach_target(void)
{
	return attach(target, 0);
}

/* State belongs to the module, not to who has set it. */
static void outlives(void)
{
	struct proc p = proc_start(1, TASK_BLOCK);

	target = p.pid;
	is(in_child(attach_target), 0, "a process attaches a thread and dies");
	ok(thread_find(p.pid, NULL), "the thread stays attached");
	proc_end(&p);
}

static void in_use(void)
{
	int fd = open(SCHED_TURBO_DEVICE, O_RDWR | O_CLOEXEC);

	is(module_unload(), -EWOULDBLOCK, "no unload while it is open");
	close(fd);
	ok(core_find(2, NULL), "nothing has changed");
}

/*
 * In a PID namespace: this is process 1, its thread is to be attached under
 * the id it has here.  Threads from outside have none.
 */
static int in_namespace(void)
{
	struct sched_turbo_thread t[4];
	int i, nr, outside = 0, inside = 0;

	if (getpid() != 1)
		return -EIO;
	if (attach(1, 0))
		return -ESRCH;
	nr = threads(t, 4);
	for (i = 0; i < nr && i < 4; i++) {
		outside += !t[i].tid && !t[i].vm;
		inside += t[i].tid == 1 && t[i].vm == 1;
	}
	if (nr != 2 || outside != 1 || inside != 1)
		return -ENOENT;
	return detach(target, NULL) == -ESRCH ? detach(1, NULL) : -EEXIST;
}

static int unshare_and_look(void)
{
	if (unshare(CLONE_NEWPID))
		return -ENOSYS;
	return in_child(in_namespace);
}

static void namespace(void)
{
	struct proc p = proc_start(1, TASK_BLOCK);
	int err;

	await(SOON, !threads(NULL, 0));
	target = p.pid;
	attach(p.pid, 0);
	err = in_child(unshare_and_look);
	if (err == -ENOSYS)
		skip("no PID namespaces", "thread ids of a namespace");
	else
		is(err, 0, "thread ids of a namespace");
	proc_end(&p);
	await(SOON, !threads(NULL, 0));
}

/* ioctl() as a 32-bit program calls it. */
static long ioctl_32(int fd, uint32_t command, void *arg)
{
	long ret;

	asm volatile("int $0x80" : "=a" (ret)
		     : "a" (IOCTL_32), "b" (fd), "c" (command), "d" (arg)
		     : "memory", "r8", "r9", "r10", "r11");
	return (int)ret;
}

static int call_32(void)
{
	/* such a program has only the lowest addresses */
	struct {
		struct sched_turbo_version version;
		struct sched_turbo_attach attach;
		struct sched_turbo_list list;
		struct sched_turbo_thread thread;
	} *low = mmap(NULL, sizeof(*low), PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	int fd = open(SCHED_TURBO_DEVICE, O_RDWR);

	low->version.size = sizeof(low->version);
	if (ioctl_32(fd, SCHED_TURBO_IOC_VERSION, &low->version) ||
	    low->version.abi_major != SCHED_TURBO_ABI_MAJOR)
		return -EIO;
	low->attach.size = sizeof(low->attach);
	low->attach.tid = target;
	low->attach.slice_ns = 200 * US;
	if (ioctl_32(fd, SCHED_TURBO_IOC_ATTACH, &low->attach))
		return -EINVAL;
	low->list.size = sizeof(low->list);
	low->list.entry_size = sizeof(low->thread);
	low->list.nr = 1;
	low->list.addr = (uintptr_t)&low->thread;
	if (ioctl_32(fd, SCHED_TURBO_IOC_THREADS, &low->list))
		return -EFAULT;
	return low->thread.tid == target && low->thread.slice_ns == 200 * US ?
	       0 : -ENOENT;
}

static void compat(void)
{
	struct proc p = proc_start(1, TASK_BLOCK);
	int err;

	target = p.pid;
	err = in_child(call_32);
	if (err > 0)
		skip("no 32-bit calls", "calls of a 32-bit program");
	else
		is(err, 0, "calls of a 32-bit program");
	proc_end(&p);
	await(SOON, !threads(NULL, 0));
}

int main(void)
{
	tap_start();
	module_need("turbo_cpus=" TURBO_CPUS);
	permissions();
	outlives();
	in_use();
	namespace();
	compat();
	is(module_unload(), 0, "unload");
	ok(access(SCHED_TURBO_DEVICE, F_OK), "the device has gone");
	return tap_end();
}
