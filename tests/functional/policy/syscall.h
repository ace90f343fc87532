/* SPDX-License-Identifier: GPL-2.0 */
/* syscall.h - the scheduler's system calls, as a 64-bit and a 32-bit program makes them */
#ifndef SYSCALL_H
#define SYSCALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/sched_turbo.h>

enum abi { X64, IA32, NR_ABIS };

enum call {
	SETSCHEDULER, SETPARAM, SETATTR,
	GETSCHEDULER, GETPARAM, GETATTR,
	PRIORITY_MAX, PRIORITY_MIN,
	NR_CALLS,
};

#define OTHER		0
#define FIFO		1
#define RR		2
#define BATCH		3
#define IDLE		5
#define DEADLINE	6
#define EXT		7
#define TURBO		SCHED_TURBO

#define RESET_ON_FORK	0x40000000	/* in a policy */

#define FLAG_RESET	0x01
#define FLAG_KEEP_POLICY	0x08
#define FLAG_KEEP_PARAMS	0x10
#define FLAG_UTIL_MIN	0x20
#define FLAG_UTIL_MAX	0x40

#define ATTR_SIZE_VER0	48

/* struct sched_attr: some C libraries have it and some do not */
struct attr {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime;
	uint64_t deadline;
	uint64_t period;
	uint32_t util_min;
	uint32_t util_max;
};

extern const char * const abi_name[NR_ABIS];
extern const char * const call_name[NR_CALLS];

/* Can 32-bit calls be made here? */
bool abi_works(enum abi abi);

/* Memory that both ABIs can address, and the page behind it that has none. */
extern unsigned char *low;
#define LOW_SIZE	16384
extern void *nowhere;
void syscall_start(void);

/* The bare call.  Returns what the kernel returns: -errno for an error. */
long call(enum abi abi, enum call nr, unsigned long a, unsigned long b,
	  unsigned long c, unsigned long d);

/* The usual calls. */
long setscheduler(enum abi abi, pid_t pid, int policy, int priority);
long setparam(enum abi abi, pid_t pid, int priority);
long setattr(enum abi abi, pid_t pid, const struct attr *attr);
long getscheduler(enum abi abi, pid_t pid);
long getparam(enum abi abi, pid_t pid);
long getattr(enum abi abi, pid_t pid, struct attr *attr);

/* setattr() of a policy with nothing but a slice. */
long setslice(enum abi abi, pid_t pid, uint32_t policy, uint64_t runtime);

pid_t own_tid(void);

#endif /* SYSCALL_H */
