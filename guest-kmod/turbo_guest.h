/* SPDX-License-Identifier: GPL-2.0 */
/*
 * turbo_guest.h - the objects of turbo_guest.ko and who may touch them when
 *
 * Lock order: CPU hotplug lock > turbo_guest.lock > what the kernel takes to
 * set an affinity.  Whatever takes the hotplug lock itself (writing a
 * workqueue's CPU mask, switching a tracepoint) is done outside
 * turbo_guest.lock, or a CPU that goes would wait for itself.
 */
#ifndef TURBO_GUEST_H
#define TURBO_GUEST_H

#include <linux/cpumask.h>
#include <linux/dcache.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "compat/compat.h"

#define TURBO_GUEST_RELEASE	"0.1.0"

/**
 * struct turbo_guest - the one state of the module
 * @lock: serialises what changes the guest; task context
 * @vcpus: the turbo vCPUs that were named; fixed once the module is loaded
 * @live: those that are online; written under @lock and the CPU hotplug lock,
 *        read at any time
 * @source: where @vcpus was found, for messages and for the statistics
 * @debugfs: /sys/kernel/debug/turbo_guest, an error pointer without debugfs
 */
struct turbo_guest {
	struct mutex lock; /* see above */
	struct cpumask vcpus;
	struct cpumask live;
	const char *source;
	struct dentry *debugfs;
};

extern struct turbo_guest turbo_guest;

/**
 * turbo_vcpu_live - is this a turbo vCPU, and online?
 * @cpu: any CPU number below nr_cpu_ids
 *
 * Context: any; a few instructions.
 */
static inline bool turbo_vcpu_live(unsigned int cpu)
{
	return cpumask_test_cpu(cpu, &turbo_guest.live);
}

/* vcpu.c: which vCPUs they are, and whether they are there (3.2) */
int turbo_vcpu_find(const char *param);
int turbo_vcpu_init(void);
void turbo_vcpu_exit(void);

/* ack.c: acknowledging what waits in the backlog (Algorithm 1) */
int turbo_ack_init(void);
void turbo_ack_exit(void);

/* stat.c: what has been done, as JSON */
void turbo_stat_init(void);
void turbo_stat_exit(void);

#endif /* TURBO_GUEST_H */
