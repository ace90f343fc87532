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

#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/dcache.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "compat/compat.h"

#define TURBO_GUEST_RELEASE	"0.1.0"

struct device;
struct pci_dev;
struct seq_file;

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

/**
 * enum turbo_count - what is counted, see docs/turbo_guest.md
 * @TURBO_IRQ_MOVED: interrupts sent to a turbo vCPU
 * @TURBO_IRQ_AGAIN: of those, because somebody had sent them elsewhere
 * @TURBO_IRQ_BOUND: managed ones that can't reach a turbo vCPU
 * @TURBO_IRQ_FAILED: the kernel would not
 * @TURBO_IRQ_RESTORED: interrupts given back their affinity
 * @TURBO_IRQ_LEFT: ... not, as it was no longer ours
 * @TURBO_TASK_OFF: threads taken off the turbo vCPUs
 * @TURBO_TASK_ON: I/O threads brought there
 * @TURBO_TASK_AGAIN: of both, threads whose affinity somebody had widened
 * @TURBO_TASK_FAILED: the kernel would not, or there was no memory
 * @TURBO_TASK_RESTORED: threads given back their affinity
 * @TURBO_TASK_LEFT: ... not, as it was no longer ours
 * @TURBO_FILE_SET: settings changed
 * @TURBO_FILE_FAILED: settings that could not be
 * @TURBO_FILE_RESTORED: settings put back
 * @TURBO_FILE_LEFT: ... not, as they were no longer ours
 * @TURBO_MODERATED: how often interrupts began to be moderated, as datagrams were dropped
 * @TURBO_BULK: how often those of a card did, as it received bulk
 * @TURBO_KICKS: a hook has seen something to look after
 * @TURBO_ROUNDS: looked after
 * @TURBO_ROUND_NS: time that took in all
 * @NR_TURBO_COUNTS: how many counters there are
 */
enum turbo_count {
	TURBO_IRQ_MOVED,
	TURBO_IRQ_AGAIN,
	TURBO_IRQ_BOUND,
	TURBO_IRQ_FAILED,
	TURBO_IRQ_RESTORED,
	TURBO_IRQ_LEFT,
	TURBO_TASK_OFF,
	TURBO_TASK_ON,
	TURBO_TASK_AGAIN,
	TURBO_TASK_FAILED,
	TURBO_TASK_RESTORED,
	TURBO_TASK_LEFT,
	TURBO_FILE_SET,
	TURBO_FILE_FAILED,
	TURBO_FILE_RESTORED,
	TURBO_FILE_LEFT,
	TURBO_MODERATED,
	TURBO_BULK,
	TURBO_KICKS,
	TURBO_ROUNDS,
	TURBO_ROUND_NS,
	NR_TURBO_COUNTS,
};

extern atomic64_t turbo_counts[NR_TURBO_COUNTS];

static inline void turbo_count(enum turbo_count what)
{
	atomic64_inc(&turbo_counts[what]);
}

/* vcpu.c: which vCPUs they are, and whether they are there (3.2) */
int turbo_vcpu_find(const char *param);
int turbo_vcpu_init(void);
void turbo_vcpu_exit(void);

/* steer.c: when to look after what */
int turbo_steer_init(void);
void turbo_steer_exit(void);
void turbo_steer_kick(void);
void turbo_steer_now(void);
void turbo_steer_undo(void);

/* hooks.c: what is seen at once, instead of at the next round */
int turbo_hooks_init(void);
int turbo_hooks_on(void);
void turbo_hooks_off(void);

/* device.c: the devices whose I/O is meant */
typedef int (*turbo_pci_fn)(struct pci_dev *pdev, void *data);
typedef int (*turbo_dev_fn)(struct device *dev, const char *class, void *data);
int turbo_device_each(turbo_pci_fn fn, void *data);
int turbo_device_parts(struct pci_dev *pdev, turbo_dev_fn fn, void *data);
char *turbo_device_path(struct device *dev, const char *leaf);

/* irq.c: their interrupts */
void turbo_irq_steer(void);
void turbo_irq_undo(void);
void turbo_irq_show(struct seq_file *m);

/* task.c: threads */
void turbo_task_sweep(void);
void turbo_task_undo(void);
bool turbo_task_leaks(struct task_struct *p);
void turbo_task_born(struct task_struct *parent, struct task_struct *child);
void turbo_task_gone(struct task_struct *p);
void turbo_task_show(struct seq_file *m);

/* file.c: settings that the kernel offers as files */
enum turbo_fs {
	TURBO_SYSFS,
	TURBO_SYSCTL,
	NR_TURBO_FS,
};

void turbo_file_exit(void);
int turbo_file_read(enum turbo_fs fs, const char *path, char *buf, size_t size);
void turbo_file_set(enum turbo_fs fs, const char *path, const char *value);
int turbo_file_number(enum turbo_fs fs, const char *path, u64 *n);
void turbo_file_raise(enum turbo_fs fs, const char *path, u32 to);
int turbo_file_reset(enum turbo_fs fs, const char *path);
void turbo_file_undo(void);
void turbo_file_show(struct seq_file *m);

/* follow.c: which settings make work follow the interrupts */
void turbo_follow(void);

/* buffers.c: room for what arrives while its reader waits (3.2) */
int turbo_buffers_check(void);
void turbo_buffers(void);

/* moderate.c: fewer interrupts for packets that wait for their reader anyway */
int turbo_moderate_check(void);
bool turbo_moderate(void);
void turbo_moderate_forget(void);
void turbo_moderate_drop(void);

/* ack.c: acknowledging what waits in the backlog (Algorithm 1) */
int turbo_ack_init(void);
void turbo_ack_exit(void);

/* stat.c: what has been done, as JSON */
void turbo_stat_init(void);
void turbo_stat_exit(void);

#endif /* TURBO_GUEST_H */
