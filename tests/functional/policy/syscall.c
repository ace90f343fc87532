// SPDX-License-Identifier: GPL-2.0
/* syscall.c - the scheduler's system calls, as a 64-bit and a 32-bit program makes them */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "syscall.h"

const char * const abi_name[] = { "64-bit", "32-bit" };

const char * const call_name[] = {
	"setscheduler", "setparam", "setattr",
	"getscheduler", "getparam", "getattr",
	"get_priority_max", "get_priority_min",
};

static const int number[NR_ABIS][NR_CALLS] = {
	{ 144, 142, 314, 145, 143, 315, 146, 147 },
	{ 156, 154, 351, 157, 155, 352, 159, 160 },
};

unsigned char *low;
void *nowhere;

void syscall_start(void)
{
	low = mmap(NULL, LOW_SIZE + 4096, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	nowhere = low + LOW_SIZE;
	if (low == MAP_FAILED || mprotect(nowhere, 4096, PROT_NONE)) {
		perror("mmap");
		exit(2);
	}
}

long call(enum abi abi, enum call nr, unsigned long a, unsigned long b,
	  unsigned long c, unsigned long d)
{
	long ret = number[abi][nr];
	register unsigned long r10 asm("r10") = d;

	if (abi == X64) {
		asm volatile("syscall"
			     : "+a"(ret), "+r"(r10)
			     : "D"(a), "S"(b), "d"(c)
			     : "rcx", "r11", "memory");
		return ret;
	}
	asm volatile("int $0x80"
		     : "+a"(ret)
		     : "b"(a), "c"(b), "d"(c), "S"(d)
		     : "r8", "r9", "r10", "r11", "memory");
	return (int)ret;
}

bool abi_works(enum abi abi)
{
	int status;
	pid_t pid;

	if (abi == X64)
		return true;
	pid = fork();
	if (!pid) {
		signal(SIGSEGV, SIG_DFL);
		_exit(call(abi, GETSCHEDULER, 0, 0, 0, 0) != OTHER);
	}
	return waitpid(pid, &status, 0) == pid && !status;
}

static unsigned long address(const void *p)
{
	return (unsigned long)p;
}

long setscheduler(enum abi abi, pid_t pid, int policy, int priority)
{
	memcpy(low, &priority, sizeof(priority));
	return call(abi, SETSCHEDULER, pid, policy, address(low), 0);
}

long setparam(enum abi abi, pid_t pid, int priority)
{
	memcpy(low, &priority, sizeof(priority));
	return call(abi, SETPARAM, pid, address(low), 0, 0);
}

long setattr(enum abi abi, pid_t pid, const struct attr *attr)
{
	memcpy(low, attr, sizeof(*attr));
	return call(abi, SETATTR, pid, address(low), 0, 0);
}

long setslice(enum abi abi, pid_t pid, uint32_t policy, uint64_t runtime)
{
	struct attr attr = {
		.size = sizeof(attr), .policy = policy, .runtime = runtime,
	};

	return setattr(abi, pid, &attr);
}

long getscheduler(enum abi abi, pid_t pid)
{
	return call(abi, GETSCHEDULER, pid, 0, 0, 0);
}

long getparam(enum abi abi, pid_t pid)
{
	long ret = call(abi, GETPARAM, pid, address(low), 0, 0);
	int priority;

	memcpy(&priority, low, sizeof(priority));
	return ret ? ret : priority;
}

long getattr(enum abi abi, pid_t pid, struct attr *attr)
{
	long ret;

	memset(low, 0xff, sizeof(*attr));
	ret = call(abi, GETATTR, pid, address(low), sizeof(*attr), 0);
	memcpy(attr, low, sizeof(*attr));
	return ret;
}

pid_t own_tid(void)
{
	return syscall(SYS_gettid);
}
