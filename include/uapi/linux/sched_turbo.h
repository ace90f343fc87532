/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * sched_turbo.h - the user interface of SCHED_TURBO: /dev/sched_turbo
 *
 * Every argument structure starts with its own size, as in sched_attr and
 * clone3: a caller built for an older header passes a shorter structure and
 * the missing tail reads as zero; a newer caller on an older module gets
 * E2BIG unless the tail the module does not know is zero.  A structure that
 * is shorter than the first published version is refused with EMSGSIZE.
 *
 * Opening the device needs CAP_SYS_NICE.  All state lives in the module: a
 * thread stays attached and a core stays a turbo core after the caller has
 * closed the device or died.
 *
 * Every refusal also puts one line in the kernel log that names the value.
 */
#ifndef _UAPI_LINUX_SCHED_TURBO_H
#define _UAPI_LINUX_SCHED_TURBO_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define SCHED_TURBO_DEVICE	"/dev/sched_turbo"

/*
 * The ABI version.  The major number changes when an existing call changes
 * its meaning, the minor one when calls or fields are added.
 */
#define SCHED_TURBO_ABI_MAJOR	1
#define SCHED_TURBO_ABI_MINOR	1

/*
 * The policy number that sched_setscheduler(2), sched_setattr(2) and their
 * getters take and return while sched_turbo_policy.ko is loaded.  Upstream
 * counts policies up from zero (SCHED_EXT is 7); this is far off that, and
 * below the bit of SCHED_RESET_ON_FORK.  "TB" in ASCII.
 */
#define SCHED_TURBO		0x5442

/* The limits of a turbo slice, and its default (the paper's 0.1 ms, 3.1). */
#define SCHED_TURBO_SLICE_MIN_NS	100000ULL
#define SCHED_TURBO_SLICE_MAX_NS	10000000ULL
#define SCHED_TURBO_SLICE_DEFAULT_NS	100000ULL

/* Buckets of the wake-to-run histogram: see sched_turbo_thread.wake_hist. */
#define SCHED_TURBO_HIST_BUCKETS	24

/**
 * struct sched_turbo_version - what the loaded module is
 * @size: sizeof(struct sched_turbo_version), set by the caller
 * @abi_major: SCHED_TURBO_ABI_MAJOR of the module
 * @abi_minor: SCHED_TURBO_ABI_MINOR of the module
 * @features: SCHED_TURBO_FEAT_* of the module on this kernel
 * @release: version of the module, NUL-terminated
 */
struct sched_turbo_version {
	__u32 size;
	__u32 abi_major;
	__u32 abi_minor;
	__u32 features;
	char release[32];
};

/* The slice is also the thread's own request to EEVDF (6.12 and later). */
#define SCHED_TURBO_FEAT_CUSTOM_SLICE	(1U << 0)
/* The kernel preempts lazily; slice ends and wake-ups are made immediate. */
#define SCHED_TURBO_FEAT_LAZY_PREEMPT	(1U << 1)
/* VMs are held to their budgets (else they are accounted only). */
#define SCHED_TURBO_FEAT_BUDGET		(1U << 2)

/**
 * struct sched_turbo_attach - put one thread under SCHED_TURBO
 * @size: sizeof(struct sched_turbo_attach), set by the caller
 * @tid: thread id in the caller's PID namespace
 * @flags: must be 0
 * @pad: must be 0
 * @slice_ns: the thread's own slice, SCHED_TURBO_SLICE_MIN_NS to
 *            SCHED_TURBO_SLICE_MAX_NS, or 0 for the slice of whatever turbo
 *            core it is on
 *
 * The thread keeps the CFS class and its nice value (one of a real-time policy
 * or SCHED_IDLE becomes SCHED_NORMAL until it is detached) and runs on turbo
 * cores only.  Who gives it another policy than SCHED_NORMAL or SCHED_BATCH
 * meanwhile takes it out of SCHED_TURBO.  All attached threads of a process form one VM.
 *
 * Errors: ESRCH no such thread; EOPNOTSUPP kernel thread, or a policy that
 * cannot be restored (SCHED_DEADLINE, SCHED_EXT); EALREADY attached already;
 * ENODEV no turbo core; ERANGE slice; EINVAL flags or pad not 0; EMSGSIZE,
 * E2BIG size; ENOMEM.
 */
struct sched_turbo_attach {
	__u32 size;
	__s32 tid;
	__u32 flags;
	__u32 pad;
	__u64 slice_ns;
};

/**
 * struct sched_turbo_detach - give a thread back to what it was
 * @size: sizeof(struct sched_turbo_detach), set by the caller
 * @tid: thread id in the caller's PID namespace
 * @flags: must be 0
 * @changed: out: SCHED_TURBO_CHANGED_* bits for each attribute that somebody
 *           else changed while the thread was attached; those are left alone
 *
 * Errors: ESRCH no such thread; ENOENT not attached; EINVAL flags; EMSGSIZE,
 * E2BIG size.
 */
struct sched_turbo_detach {
	__u32 size;
	__s32 tid;
	__u32 flags;
	__u32 changed;
};

#define SCHED_TURBO_CHANGED_POLICY	(1U << 0)
#define SCHED_TURBO_CHANGED_NICE	(1U << 1)
#define SCHED_TURBO_CHANGED_SLICE	(1U << 2)
#define SCHED_TURBO_CHANGED_AFFINITY	(1U << 3)

/**
 * struct sched_turbo_core_op - add, remove or configure one turbo core
 * @size: sizeof(struct sched_turbo_core_op), set by the caller
 * @cpu: logical CPU number
 * @flags: must be 0
 * @pad: must be 0
 * @slice_ns: for CORE_ADD and CORE_SLICE: SCHED_TURBO_SLICE_MIN_NS to
 *            SCHED_TURBO_SLICE_MAX_NS; 0 in CORE_ADD takes the default;
 *            ignored by CORE_DEL
 *
 * CORE_ADD errors: ENXIO no such CPU or offline; EEXIST a turbo core already;
 * EBUSY it is the last CPU left for everything else; ERANGE slice.
 * CORE_DEL and CORE_SLICE errors: ENOENT not a turbo core.
 * All: EINVAL flags or pad; EMSGSIZE, E2BIG size; ENOMEM.
 *
 * Removing the last turbo core restores every attached thread.
 */
struct sched_turbo_core_op {
	__u32 size;
	__u32 cpu;
	__u32 flags;
	__u32 pad;
	__u64 slice_ns;
};

/**
 * struct sched_turbo_core - the state and the counters of one turbo core
 * @cpu: logical CPU number
 * @flags: SCHED_TURBO_CORE_* bits
 * @slice_ns: its slice
 * @nr_threads: attached threads whose core it is now
 * @lead_ns: how long before the deadline the slice timer fires now
 * @slices: slices (stretches from switch-in to switch-out) of attached threads
 * @slice_ends: of those, ended by the slice timer
 * @timer_irqs: interrupts taken by the slice timer
 * @timer_early: of those, taken a hair before the deadline and repeated
 * @pokes: requests from other CPUs to look at the queue
 * @preempts: wake-ups whose preemption was made immediate
 * @turbo_ns: time attached threads ran here
 * @foreign_ns: time other threads (not idle) ran here
 * @foreign_switches: times another thread (not idle) was switched in
 * @migrations_in: attached threads that came from another core
 * @rescues: times the safety net found two runnable threads and no timer;
 *           anything but 0 is a bug
 */
struct sched_turbo_core {
	__u32 cpu;
	__u32 flags;
	__u64 slice_ns;
	__u32 nr_threads;
	__u32 lead_ns;
	__u64 slices;
	__u64 slice_ends;
	__u64 timer_irqs;
	__u64 timer_early;
	__u64 pokes;
	__u64 preempts;
	__u64 turbo_ns;
	__u64 foreign_ns;
	__u64 foreign_switches;
	__u64 migrations_in;
	__u64 rescues;
};

/* The CPU is online and takes threads (else it waits to come back). */
#define SCHED_TURBO_CORE_ONLINE		(1U << 0)
/*
 * The scheduler's load balancer leaves it alone, as far as the kernel tells:
 * isolcpus=, and a cpuset partition on 6.12 and later.
 */
#define SCHED_TURBO_CORE_ISOLATED	(1U << 1)

/**
 * struct sched_turbo_thread - the state and the counters of one thread
 * @tid: thread id in the reader's PID namespace, 0 if not visible there
 * @vm: id of the VM: the process id, likewise
 * @cpu: turbo core it is on
 * @flags: SCHED_TURBO_THREAD_* bits
 * @slice_ns: slice in force
 * @slices: stretches from switch-in to switch-out on a turbo core
 * @slice_ends: of those, ended by the slice timer
 * @run_ns: time it ran on turbo cores
 * @wait_ns: time it was runnable on a turbo core and did not run
 * @wakeups: wake-ups seen
 * @migrations: moves from one turbo core to another
 * @strays: times it was found off the turbo cores and brought back
 * @wake_hist: wake-to-run times; bucket 0 counts [0, 1) us, bucket n counts
 *             [2^(n-1), 2^n) us, the last one everything above
 * @comm: its name, NUL-terminated
 */
struct sched_turbo_thread {
	__s32 tid;
	__s32 vm;
	__u32 cpu;
	__u32 flags;
	__u64 slice_ns;
	__u64 slices;
	__u64 slice_ends;
	__u64 run_ns;
	__u64 wait_ns;
	__u64 wakeups;
	__u64 migrations;
	__u64 strays;
	__u64 wake_hist[SCHED_TURBO_HIST_BUCKETS];
	char comm[16];
};

/* slice_ns is the thread's own, not its core's */
#define SCHED_TURBO_THREAD_OWN_SLICE	(1U << 0)

/*
 * A VM's weight.  Only ratios count; the range is that of cgroup's cpu.weight,
 * whose default is 100.
 */
#define SCHED_TURBO_WEIGHT_MAX		10000U
#define SCHED_TURBO_WEIGHT_DEFAULT	1024U

/* What a VM keeps of one regular core, in thousandths. */
#define SCHED_TURBO_FLOOR_MAX		1000U
#define SCHED_TURBO_FLOOR_DEFAULT	20U

/* How often shares are computed (the paper: every 30 ms, Algorithm 2). */
#define SCHED_TURBO_PERIOD_MIN_NS	10000000ULL
#define SCHED_TURBO_PERIOD_MAX_NS	100000000ULL
#define SCHED_TURBO_PERIOD_DEFAULT_NS	30000000ULL

/**
 * struct sched_turbo_vm_op - give a VM a budget, or change it
 * @size: sizeof(struct sched_turbo_vm_op), set by the caller
 * @pid: process id in the caller's PID namespace
 * @flags: SCHED_TURBO_VM_SET_* bits: which of the following are set; must be 0
 *         in VM_DEL
 * @weight: 1 to SCHED_TURBO_WEIGHT_MAX
 * @floor_permille: 0 to SCHED_TURBO_FLOOR_MAX
 * @pad: must be 0
 *
 * A VM is a process; it has all vCPU threads of it, whichever of them are
 * attached.  The first attached thread makes its process a VM; VM_ADD does
 * that without one, until VM_DEL or the end of the process.
 *
 * Errors: ESRCH no such process; EREMOTE @pid is a thread of another process;
 * ERANGE weight; EDOM floor; EINVAL flags or pad; EMSGSIZE, E2BIG size.
 * VM_ADD: EALREADY it was added already; EOPNOTSUPP kernel thread; ENOMEM.
 * VM_DEL: ENOENT it was not added.  VM_SET: ENOENT it is no VM.
 */
struct sched_turbo_vm_op {
	__u32 size;
	__s32 pid;
	__u32 flags;
	__u32 weight;
	__u32 floor_permille;
	__u32 pad;
};

#define SCHED_TURBO_VM_SET_WEIGHT	(1U << 0)
#define SCHED_TURBO_VM_SET_FLOOR	(1U << 1)

/**
 * struct sched_turbo_period - read, and set, the period
 * @size: sizeof(struct sched_turbo_period), set by the caller
 * @flags: must be 0
 * @period_ns: in: SCHED_TURBO_PERIOD_MIN_NS to SCHED_TURBO_PERIOD_MAX_NS, or 0
 *             to leave it; out: the period in force
 *
 * Errors: ERANGE period; EINVAL flags; EMSGSIZE, E2BIG size.
 */
struct sched_turbo_period {
	__u32 size;
	__u32 flags;
	__u64 period_ns;
};

/**
 * struct sched_turbo_vm - a VM's budget and what it made of it
 * @pid: process id in the reader's PID namespace, 0 if not visible there
 * @flags: SCHED_TURBO_VM_* bits
 * @weight: its weight
 * @floor_permille: its floor
 * @nr_vcpus: its vCPU threads that are known
 * @nr_threads: its attached threads
 * @periods: periods it was accounted in
 * @periods_over: of those, in which it used more than it was granted, by more
 *                than a thirtieth of a period
 * @holds: times a vCPU was to be held back
 * @dodges: of those, in which it was on its way to user space and went on
 * @share_ns: sum of its fair shares (FS_i)
 * @regular_share_ns: sum of its shares of regular cores (FS_i^R)
 * @turbo_share_ns: sum of its shares of turbo cores (FS_i^T)
 * @regular_granted_ns: what it was granted of regular cores, with what others
 *                      did not want
 * @turbo_granted_ns: likewise of turbo cores
 * @regular_used_ns: what it used of regular cores
 * @turbo_used_ns: likewise of turbo cores
 * @regular_wait_ns: time its vCPUs could have run on regular cores and waited
 * @turbo_wait_ns: likewise on turbo cores
 * @regular_held_ns: time they were held back from regular cores
 * @turbo_held_ns: likewise from turbo cores
 * @period_ns: the period in force
 *
 * All but the last six are as of the end of the last period.
 */
struct sched_turbo_vm {
	__s32 pid;
	__u32 flags;
	__u32 weight;
	__u32 floor_permille;
	__u32 nr_vcpus;
	__u32 nr_threads;
	__u64 periods;
	__u64 periods_over;
	__u64 holds;
	__u64 dodges;
	__u64 share_ns;
	__s64 regular_share_ns;
	__s64 turbo_share_ns;
	__u64 regular_granted_ns;
	__u64 turbo_granted_ns;
	__u64 regular_used_ns;
	__u64 turbo_used_ns;
	__u64 regular_wait_ns;
	__u64 turbo_wait_ns;
	__u64 regular_held_ns;
	__u64 turbo_held_ns;
	__u64 period_ns;
};

/* It was added by VM_ADD. */
#define SCHED_TURBO_VM_ADDED		(1U << 0)
/* It has no budget, for want of memory, and runs as it would without us. */
#define SCHED_TURBO_VM_OFF		(1U << 1)

/**
 * struct sched_turbo_list - read an array of cores, threads or VMs
 * @size: sizeof(struct sched_turbo_list), set by the caller
 * @entry_size: size of one entry as the caller knows it; entries are written
 *              at this stride, cut off or padded with zeroes
 * @nr: in: entries that fit at @addr; out: entries there are (which may be
 *      more than were written)
 * @flags: must be 0
 * @addr: address of the array
 *
 * Errors: EFAULT; EINVAL flags or an @entry_size of 0; EMSGSIZE, E2BIG size;
 * ENOMEM.
 */
struct sched_turbo_list {
	__u32 size;
	__u32 entry_size;
	__u32 nr;
	__u32 flags;
	__u64 addr;
};

#define SCHED_TURBO_IOC_MAGIC	0xB7

#define SCHED_TURBO_IOC_VERSION	\
	_IOWR(SCHED_TURBO_IOC_MAGIC, 0, struct sched_turbo_version)
#define SCHED_TURBO_IOC_ATTACH	\
	_IOW(SCHED_TURBO_IOC_MAGIC, 1, struct sched_turbo_attach)
#define SCHED_TURBO_IOC_DETACH	\
	_IOWR(SCHED_TURBO_IOC_MAGIC, 2, struct sched_turbo_detach)
#define SCHED_TURBO_IOC_CORE_ADD	\
	_IOW(SCHED_TURBO_IOC_MAGIC, 3, struct sched_turbo_core_op)
#define SCHED_TURBO_IOC_CORE_DEL	\
	_IOW(SCHED_TURBO_IOC_MAGIC, 4, struct sched_turbo_core_op)
#define SCHED_TURBO_IOC_CORE_SLICE	\
	_IOW(SCHED_TURBO_IOC_MAGIC, 5, struct sched_turbo_core_op)
#define SCHED_TURBO_IOC_CORES	\
	_IOWR(SCHED_TURBO_IOC_MAGIC, 6, struct sched_turbo_list)
#define SCHED_TURBO_IOC_THREADS	\
	_IOWR(SCHED_TURBO_IOC_MAGIC, 7, struct sched_turbo_list)
/* Since ABI 1.1: */
#define SCHED_TURBO_IOC_VM_ADD	\
	_IOW(SCHED_TURBO_IOC_MAGIC, 8, struct sched_turbo_vm_op)
#define SCHED_TURBO_IOC_VM_DEL	\
	_IOW(SCHED_TURBO_IOC_MAGIC, 9, struct sched_turbo_vm_op)
#define SCHED_TURBO_IOC_VM_SET	\
	_IOW(SCHED_TURBO_IOC_MAGIC, 10, struct sched_turbo_vm_op)
#define SCHED_TURBO_IOC_PERIOD	\
	_IOWR(SCHED_TURBO_IOC_MAGIC, 11, struct sched_turbo_period)
#define SCHED_TURBO_IOC_VMS	\
	_IOWR(SCHED_TURBO_IOC_MAGIC, 12, struct sched_turbo_list)

#endif /* _UAPI_LINUX_SCHED_TURBO_H */
