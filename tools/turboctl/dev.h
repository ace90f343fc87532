/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /dev/sched_turbo, and what its refusals mean
 */
#ifndef TURBOCTL_DEV_H
#define TURBOCTL_DEV_H

#include <stdint.h>
#include <sys/types.h>

#include <linux/sched_turbo.h>

/*
 * These complain themselves and return a negative errno on failure, but
 * dev_open_if_loaded() says nothing to -ENODEV, there is no module.
 */
int dev_open(void);
int dev_open_if_loaded(void);
int dev_version(int fd, struct sched_turbo_version *version);

/*
 * The calls.  They return a negative errno and say nothing: the callers know
 * which refusals to expect, and have the others told by dev_refused_*().
 */
int dev_attach(int fd, pid_t tid, uint64_t slice_ns);
int dev_detach(int fd, pid_t tid, uint32_t *changed);
int dev_core_add(int fd, unsigned int cpu, uint64_t slice_ns);
int dev_core_del(int fd, unsigned int cpu);
int dev_core_slice(int fd, unsigned int cpu, uint64_t slice_ns);

int dev_vm(int fd, unsigned long request, const struct sched_turbo_vm_op *op);
/* In: the period to set, or 0; out: the one in force. */
int dev_period(int fd, uint64_t *period_ns);

/* Whole lists, which the caller frees.  These complain themselves. */
int dev_cores(int fd, struct sched_turbo_core **cores, unsigned int *nr);
int dev_threads(int fd, struct sched_turbo_thread **threads, unsigned int *nr);
/* None, and no complaint, from a module before ABI 1.1. */
int dev_vms(int fd, struct sched_turbo_vm **vms, unsigned int *nr);

void dev_refused_open(int err);
void dev_refused_attach(pid_t tid, uint64_t slice_ns, int err);
void dev_refused_detach(pid_t tid, int err);
void dev_refused_vm(pid_t pid, int err);
void dev_refused_core(unsigned int cpu, uint64_t slice_ns, int err);

#endif
