/* SPDX-License-Identifier: GPL-2.0 */
/*
 * abi.h - the calls of /dev/sched_turbo
 *
 * All return 0 (or a count) or a negative errno, and open the device anew
 * each time, so that a test never keeps the module from being unloaded.
 */
#ifndef ABI_H
#define ABI_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/sched_turbo.h>

#define US	1000ULL
#define MS	1000000ULL

int abi_ioctl(unsigned long command, void *arg);

int attach(pid_t tid, uint64_t slice_ns);
int detach(pid_t tid, uint32_t *changed);

int core_add(unsigned int cpu, uint64_t slice_ns);
int core_del(unsigned int cpu);
int core_slice(unsigned int cpu, uint64_t slice_ns);

/* How many there are; as many as fit are written. */
int cores(struct sched_turbo_core *c, unsigned int max);
int threads(struct sched_turbo_thread *t, unsigned int max);

/* Of VM_ADD, VM_SET and VM_DEL; @flags say which of the others are set. */
int vm_op(unsigned long command, pid_t pid, uint32_t flags, uint32_t weight,
	  uint32_t floor_permille);
int vm_list(struct sched_turbo_vm *v, unsigned int max);
bool vm_find(pid_t pid, struct sched_turbo_vm *v);
/* Sets it unless 0; the one in force, or a negative errno. */
int64_t vm_period(uint64_t period_ns);

/* Is it there?  Then @c or @t, unless NULL, is filled. */
bool core_find(unsigned int cpu, struct sched_turbo_core *c);
bool thread_find(pid_t tid, struct sched_turbo_thread *t);

/* Sum over all cores; anything but 0 is a bug of the module. */
uint64_t rescues(void);

#endif /* ABI_H */
