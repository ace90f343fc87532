/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vm.h - virtual machines, their vCPUs and what they use (vTurbo 3.1)
 *
 * A VM is a process.  It is made when its first thread is attached, or by
 * hand, and has all vCPU threads of the process, those without SCHED_TURBO
 * too.  Two worlds, as in turbo.h: the slow path adds and removes under
 * turbo_mutex; the hooks, the tick and the interrupts it sends run with
 * interrupts off and find VMs and vCPUs by RCU.
 *
 * Who writes what: the state and the times of a vCPU are written by the hooks,
 * under the lock of the runqueue the thread is on; credits by the tick, of
 * which there is one; @held and @ordered by whoever decides, one word each.
 */
#ifndef SCHED_TURBO_VM_H
#define SCHED_TURBO_VM_H

#include <linux/irq_work.h>
#include <linux/llist.h>
#include <linux/refcount.h>
#include <linux/seqlock.h>
#include <linux/task_work.h>

#include "policy/budget.h"
#include "turbo.h"

enum turbo_kind {
	TURBO_REGULAR,
	TURBO_TURBO,
	TURBO_KINDS,
};

enum turbo_vcpu_state {
	VCPU_SLEEPS,
	VCPU_WAITS,		/* runnable, but not running */
	VCPU_RUNS,
	VCPU_HELD,		/* would run, but its VM is over its budget */
	VCPU_STATES,
};

/**
 * struct turbo_use - a VM on one kind of core
 * @ns: time its vCPUs were in each state there, up to their last change
 * @nr: vCPUs that are in each state there; not kept of those that sleep
 * @total_ns: time they ran, at the end of the last period
 * @now_ns: the credit at @stamp_ns, which is the time of a tick
 * @stamp_ns: see there
 * @credit_ns: the credit at the end of the last period
 * @level_ns: see struct turbo_claim
 * @seen_unmet_ns: time they waited or were held back, likewise
 * @stat: counters, as the UAPI header describes them
 */
struct turbo_use {
	atomic64_t ns[VCPU_STATES];
	atomic_t nr[VCPU_STATES];
	u64 total_ns;
	s64 now_ns;
	u64 stamp_ns;
	s64 credit_ns;
	u64 level_ns;
	u64 seen_unmet_ns;
	struct {
		u64 used_ns, granted_ns, unmet_ns;
		s64 share_ns;
	} stat;
};

/**
 * struct turbo_vm - a virtual machine: one process
 * @node: in the list of VMs, RCU
 * @hash: in the table by process, RCU
 * @dead_node: in the list of those to be let go of
 * @refs: one for the table, one for each vCPU
 * @tgid: the process; we hold a reference
 * @nr_threads: its attached threads
 * @by_hand: it was added by hand, too
 * @over: the process is no more, or has become another program
 * @rescan: it has vCPUs that are not known yet
 * @off: it has no budget, for want of memory
 * @weight: 1 to TURBO_WEIGHT_MAX
 * @floor_permille: what it keeps of a regular core
 * @vcpus: its vCPUs, RCU
 * @nr_vcpus: how many
 * @awake: vCPUs that do anything but sleep
 * @touched: one of them has changed its state since the last period
 * @use: by kind of core
 * @debt_ns: see struct turbo_budget
 * @spare_ns: likewise
 * @floor_owed_ns: see turbo_floor_next()
 * @stat: counters, as the UAPI header describes them
 * @rcu: to free it
 */
struct turbo_vm {
	struct list_head node;
	struct hlist_node hash;
	struct list_head dead_node;
	refcount_t refs;
	struct pid *tgid;
	unsigned int nr_threads;
	bool by_hand;
	bool over;
	bool rescan;
	bool off;
	u32 weight;
	u32 floor_permille;
	struct list_head vcpus;
	unsigned int nr_vcpus;
	atomic_t awake;
	bool touched;
	struct turbo_use use[TURBO_KINDS];
	u64 debt_ns;
	u64 spare_ns;
	s64 floor_owed_ns;
	struct {
		u64 periods, periods_over, share_ns;
		atomic64_t holds, dodges;
	} stat;
	struct rcu_head rcu;
};

/**
 * struct turbo_vcpu - a vCPU thread
 * @hash: in the table by task, RCU
 * @node: in the list of its VM, RCU
 * @dead_node: in the list of those to be let go of
 * @reap_node: in the list of those that have exited
 * @task: the thread; we hold a reference
 * @vm: its VM; valid while @refs are left
 * @refs: one for the table, one for work under way
 * @seq: of the four that follow
 * @state: what it does
 * @kind: on what kind of core it does it
 * @since_ns: since when
 * @exec_ns: how long it had run until then, as the kernel counts
 * @woken_on: the idle CPU that it was woken on and has not run on since, or -1
 * @gone: no longer to be touched by the fast path
 * @reaping: queued on the reap list
 * @ordered: to be held back as soon as its CPU takes notice
 * @held: being held back
 * @parking: about to go to sleep for that
 * @room: the CPU where it is to go on instead of where it is, or -1
 * @sent_ns: when it was last sent to a CPU, to go on there
 * @stuck: it waits, but its CPU idles meanwhile, or only strangers run: it cannot
 *	run
 * @pending: @work is queued
 * @work: brings it to where it can be held back
 * @flush: makes it get over @work
 * @rcu: to free it
 */
struct turbo_vcpu {
	struct hlist_node hash;
	struct list_head node;
	struct list_head dead_node;
	struct llist_node reap_node;
	struct task_struct *task;
	struct turbo_vm *vm;
	refcount_t refs;

	seqcount_t seq;
	enum turbo_vcpu_state state;
	enum turbo_kind kind;
	u64 since_ns;
	u64 exec_ns;
	int woken_on;

	bool gone;
	unsigned long reaping;
	bool ordered;
	bool held;
	bool parking;
	int room;
	u64 sent_ns;
	bool stuck;
	unsigned long pending;
	struct callback_head work;
	struct callback_head flush;
	struct rcu_head rcu;
};

/**
 * struct turbo_seat - a CPU, for what the budgets want of it
 * @cur: the vCPU that runs there, NULL if something else does
 * @idle: nothing runs there
 * @work: makes the CPU look, from the CPU itself
 * @csd: the same, from another one
 * @poked: @csd is under way
 * @take: a held vCPU that the CPU is to wake, and have
 * @coming: it has woken one up for itself; the CPU's own
 * @bid: who should have it, of other VMs than who runs; he waits or is held back
 * @bid_ns: the credit of his VM
 * @bid_at_ns: in which tick
 * @stranger: how often it was seen with a thread that is no VM's, see
 *	turbo_stranger_next(); the tick's
 * @vain_ns: since when only strangers run while a VM's vCPU waits; the tick's
 * @vain_seen_ns: when that was last seen, 0 if it is over
 */
struct turbo_seat {
	struct turbo_vcpu *cur;
	bool idle;
	struct irq_work work;
	call_single_data_t csd;
	atomic_t poked;
	struct turbo_vcpu *take;
	bool coming;
	struct turbo_vcpu *bid;
	s64 bid_ns;
	u64 bid_at_ns;
	unsigned int stranger;
	u64 vain_ns;
	u64 vain_seen_ns;
};

DECLARE_PER_CPU_ALIGNED(struct turbo_seat, turbo_seats);

/* vm.c: VMs */
extern struct list_head turbo_vms;
extern unsigned int turbo_nr_vms;
struct turbo_vm *turbo_vm_get(struct task_struct *p);
void turbo_vm_put(struct turbo_vm *vm);
int turbo_vm_add(struct task_struct *p, u32 flags, u32 weight,
		 u32 floor_permille);
int turbo_vm_del(struct task_struct *p);
int turbo_vm_set(struct task_struct *p, u32 flags, u32 weight,
		 u32 floor_permille);
void turbo_vm_notice(struct task_struct *p);
void turbo_vm_thread_over(struct task_struct *p, bool exec);
void turbo_vm_exit(void);
void turbo_vm_free(struct turbo_vm *vm);
void turbo_vm_work_soon(void);

#define turbo_for_each_vm(vm) \
	list_for_each_entry_rcu(vm, &turbo_vms, node, true)
#define turbo_for_each_vcpu(v, vm) \
	list_for_each_entry_rcu(v, &(vm)->vcpus, node, true)

/* vcpu.c: the vCPUs of VMs */
bool turbo_vcpu_runs(struct task_struct *p);
struct turbo_vcpu *turbo_vcpu_find(const struct task_struct *p);
int turbo_vcpu_add(struct turbo_vm *vm, struct task_struct *p);
void turbo_vcpu_hide(struct turbo_vcpu *v);
void turbo_vcpu_free(struct turbo_vcpu *v);
void turbo_vcpu_moved(struct task_struct *p);
bool turbo_vcpu_over(struct task_struct *p);
void turbo_vcpu_reap(void);
bool turbo_vcpu_any_dead(void);
void turbo_vcpu_bury(void);

/* account.c: who runs, waits, sleeps, and for how long */
extern atomic_t turbo_nr_held[TURBO_KINDS];
void turbo_account_switch(bool preempt, struct task_struct *prev,
			  struct task_struct *next, unsigned int prev_state);
void turbo_account_wakeup(struct task_struct *p);
void turbo_account_resync(void);
void turbo_account_forget(void);
void turbo_account_leave(struct turbo_vcpu *v);
bool turbo_account_still(struct turbo_vm *vm);
u64 turbo_account_in(struct turbo_vm *vm, enum turbo_kind kind,
		     enum turbo_vcpu_state state, u64 now);

/* budget.c: the period */
int turbo_budget_room(unsigned int nr);
int turbo_budget_set_period(u64 period_ns);
u64 turbo_budget_period(void);
s64 turbo_budget_slack(void);
s64 turbo_budget_credit(struct turbo_vm *vm, enum turbo_kind kind, u64 now);
void turbo_budget_start(void);
void turbo_budget_exit(void);

/* choose.c: who is to be held back */
bool turbo_choose(u64 now);
void turbo_choose_woken(struct turbo_vcpu *v, int cpu);
void turbo_choose_idle(int cpu);
void turbo_choose_fill(int cpu);

/* park.c: holding a vCPU back */
void turbo_park_init(void);
void turbo_park_order(struct turbo_vcpu *v, int cpu);
bool turbo_park_poke(int cpu);
void turbo_park_release(struct turbo_vcpu *v);
void turbo_park_send(struct turbo_vcpu *v, int cpu, u64 now);
void turbo_park_move(struct turbo_vcpu *v, int cpu, u64 now);
bool turbo_park_here(struct turbo_vcpu *v);
void turbo_park_leave(struct turbo_vcpu *v);
void turbo_park_flush(struct turbo_vcpu *v);
void turbo_park_exit(void);

/* task_work.c: the kernel's task_work_add(), exported or not */
int turbo_task_work_init(void);
bool turbo_task_work_works(void);
int turbo_task_work_add(struct task_struct *p, struct callback_head *work,
			enum task_work_notify_mode mode);
void turbo_task_work_exit(void);

/*
 * Is the thread in KVM_RUN?  KVM has its preempt notifier on a thread for as
 * long as one of its vCPUs is loaded, and nobody else in the kernel uses them.
 */
static inline bool turbo_in_guest_loop(struct task_struct *p)
{
#ifdef CONFIG_PREEMPT_NOTIFIERS
	return !hlist_empty(&p->preempt_notifiers);
#else
	return false;
#endif
}

static inline enum turbo_kind turbo_kind_of(int cpu)
{
	return READ_ONCE(per_cpu(turbo_core, cpu)) ? TURBO_TURBO :
						     TURBO_REGULAR;
}

#endif /* SCHED_TURBO_VM_H */
