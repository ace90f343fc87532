/* SPDX-License-Identifier: GPL-2.0 */
/*
 * turbo.h - the objects of sched_turbo.ko and who may touch them when
 *
 * Two worlds meet here.
 *
 * The slow path (attach, detach, core add and del, CPU hotplug, the keeper)
 * runs in task context under turbo_mutex and may sleep.
 *
 * The fast path is the tracepoint probes, the slice timer and the poke of a
 * turbo core.  All of it runs with interrupts off, takes no lock of ours, and
 * finds its objects by RCU: a probe with interrupts off is an RCU reader, so
 * after synchronize_rcu() nobody holds what was unlinked before.
 *
 * Lock order: hooks_mutex > CPU hotplug lock > turbo_mutex > the scheduler's
 * pi_lock and runqueue lock.  The hooks are switched outside turbo_mutex and
 * the hotplug lock: registering a tracepoint takes the latter.
 */
#ifndef SCHED_TURBO_TURBO_H
#define SCHED_TURBO_TURBO_H

#include <linux/cpumask.h>
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/smp.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <linux/sched_turbo.h>

#include "compat/compat.h"

#define TURBO_RELEASE	"0.1.0"

struct turbo_thread;
struct turbo_vm;

/**
 * struct turbo_core - one turbo core: a CPU with a micro time-slice (3.1)
 * @timer: the slice timer; pinned, hard interrupt
 * @csd: how another CPU makes this one look at its queue
 * @poked: @csd is under way
 * @waiting: threads that are runnable and wait here, to be seen in its queue or
 *           not: those of a throttled cgroup are not
 * @cpu: which CPU
 * @live: the CPU is online and in the pool
 * @armed: the timer will look at the queue by itself
 * @cur: the attached thread that runs here, NULL if something else does
 * @cur_task: the task that runs here, attached or not; only compared and,
 *            under the runqueue lock, looked into
 * @in_ns: when that task was switched in
 * @want_ns: wall time it may run, counted from the kernel's own stamp
 * @watch_depth: level in the cgroup tree at which @cur competes
 * @seen_deadline: deadline of @cur at that level when the timer was armed
 * @retry_ns: pause before the last repetition, 0 if there was none
 * @fires: how often the timer has asked for the switch of @cur
 * @grace_until: a thread was on its way here; keep looking until then
 * @lead_ns: time from the timer to the switch, learned
 * @slice_ns: the slice
 * @nr_threads: threads that call it home
 * @place: which of the live cores it is, while place.c looks at them
 * @stat: counters, as the UAPI header describes them
 *
 * Only the CPU itself writes the fields up to @lead_ns, with interrupts off,
 * but for @poked, @waiting and @grace_until; others read @armed, @cur and @cur_task.
 * @slice_ns, @nr_threads and @place are written under turbo_mutex.  Once made, a
 * core is kept until the module goes, so that a late poke or timer always has
 * something to stand on.
 */
struct turbo_core {
	struct hrtimer timer;
	call_single_data_t csd;
	atomic_t poked;
	atomic_t waiting;
	int cpu;
	bool live;
	bool armed;
	unsigned int fires;
	struct turbo_thread *cur;
	struct task_struct *cur_task;
	u64 in_ns;
	u64 want_ns;
	int watch_depth;
	u64 seen_deadline;
	u64 retry_ns;
	u64 grace_until;
	u32 lead_ns;

	u64 slice_ns;
	u32 nr_threads;
	int place;

	struct {
		u64 slices, slice_ends, timer_irqs, timer_early;
		u64 turbo_ns, foreign_ns, foreign_switches;
		u64 migrations_in;
		atomic64_t pokes, preempts, rescues;
	} stat;
};

/* NULL on a CPU that is no turbo core: the first test of every hook. */
DECLARE_PER_CPU(struct turbo_core *, turbo_core);

/**
 * struct turbo_attrs - what SCHED_TURBO changes of a thread
 * @policy: scheduling policy
 * @nice: nice value
 * @rt_priority: priority of a real-time policy
 * @reset_on_fork: SCHED_RESET_ON_FORK
 * @slice_ns: own EEVDF request, 0 for the kernel's; always 0 before 6.12
 * @cpus: affinity
 */
struct turbo_attrs {
	int policy;
	int nice;
	unsigned int rt_priority;
	bool reset_on_fork;
	u64 slice_ns;
	cpumask_var_t cpus;
};

/**
 * struct turbo_thread - a thread under SCHED_TURBO
 * @hash: in the table by task, RCU
 * @node: in the list of all
 * @reap_node: in the list of threads that have exited or called exec
 * @task: the thread; we hold a reference
 * @vm: its VM
 * @orig: what it was, and what detach makes it again
 * @own_slice_ns: slice asked for this thread, 0 for its core's
 * @set_slice_ns: slice we last gave it
 * @set_policy: policy we gave it
 * @set_nice: nice value it had then
 * @set_cpus: affinity we last gave it, as the kernel has made of it
 * @home: the turbo core it was placed on
 * @wide: may use all live turbo cores, being home
 * @settled: has got its policy from us
 * @gone: no longer to be touched by the fast path
 * @undone: has been given back what it was
 * @reaping: queued on the reap list
 * @changed: SCHED_TURBO_CHANGED_* somebody else did
 * @last_cpu: turbo core it was last switched in on, -1 if none
 * @ready_ns: since when it is runnable and waits, 0 if it does not
 * @woken: ... and it was a wake-up that made it runnable
 * @waits_on: the core that counts it as waiting, NULL if none does
 * @seen_run_ns: @stat.run_ns at the keeper's last round
 * @seen_wait_ns: likewise
 * @demand: of a core, by the keeper, see turbo_demand()
 * @stat: counters; written under the lock of the runqueue it is on
 */
struct turbo_thread {
	struct hlist_node hash;
	struct list_head node;
	struct llist_node reap_node;
	struct task_struct *task;
	struct turbo_vm *vm;
	struct turbo_attrs orig;
	u64 own_slice_ns;
	u64 set_slice_ns;
	int set_policy;
	int set_nice;
	cpumask_var_t set_cpus;
	int home;
	bool wide;
	bool settled;
	bool gone;
	bool undone;
	unsigned long reaping;
	u32 changed;

	int last_cpu;
	u64 ready_ns;
	bool woken;
	struct turbo_core *waits_on;

	u64 seen_run_ns, seen_wait_ns;
	u32 demand;

	struct {
		u64 slices, slice_ends, run_ns, wait_ns;
		u64 wakeups, migrations, strays;
		u64 wake_hist[SCHED_TURBO_HIST_BUCKETS];
	} stat;
};

extern struct mutex turbo_mutex;
extern struct workqueue_struct *turbo_wq;

/* pool.c: the turbo cores */
int turbo_pool_init(void);
void turbo_pool_exit(void);
int turbo_pool_add(unsigned int cpu, u64 slice_ns);
int turbo_pool_del(unsigned int cpu);
int turbo_pool_set_slice(unsigned int cpu, u64 slice_ns);
const struct cpumask *turbo_pool_live(void);
const struct cpumask *turbo_pool_mask(void);
const struct cpumask *turbo_pool_ever(void);
struct turbo_core *turbo_pool_core(unsigned int cpu);
bool turbo_cpu_isolated(unsigned int cpu);

/* place.c: which thread on which core */
int turbo_place_thread(struct turbo_thread *th);
int turbo_place_move(struct turbo_thread *th, int cpu);
void turbo_place_widen(struct turbo_thread *th);
void turbo_place_balance(void);

/* slice.c: the slice engine */
void turbo_slice_core_init(struct turbo_core *core, int cpu);
void turbo_slice_core_start(struct turbo_core *core);
void turbo_slice_core_stop(struct turbo_core *core);
void turbo_slice_core_flush(struct turbo_core *core);
void turbo_slice_switch(struct turbo_core *core, bool preempt,
			struct task_struct *prev, struct task_struct *next,
			unsigned int prev_state);
void turbo_slice_wakeup(struct turbo_core *core, struct task_struct *p);
void turbo_slice_arrives(struct turbo_core *core, struct turbo_thread *th);
void turbo_slice_expect(struct turbo_core *core);
void turbo_slice_resync(struct turbo_core *core);
void turbo_slice_adopt(struct turbo_core *core, struct turbo_thread *th);
void turbo_slice_forget(struct turbo_core *core);
void turbo_slice_rescue(struct turbo_core *core);

/* attrs.c: what is changed of a thread, and its way back */
int turbo_attrs_save(struct turbo_attrs *attrs, struct task_struct *p);
void turbo_attrs_free(struct turbo_attrs *attrs);
int turbo_attrs_apply(struct turbo_thread *th);
bool turbo_attrs_check(struct turbo_thread *th);
void turbo_attrs_restore(struct turbo_thread *th);
void turbo_attrs_current(struct turbo_attrs *attrs, struct task_struct *p);
void turbo_attrs_copy(struct turbo_attrs *to, const struct turbo_attrs *from,
		      struct task_struct *owner);
int turbo_attrs_set_cpus(struct turbo_thread *th, const struct cpumask *cpus);
void turbo_attrs_restore_child(struct task_struct *child,
			       const struct turbo_attrs *inherited,
			       const struct turbo_attrs *orig);

/* thread.c: attach and detach */
extern struct list_head turbo_threads;
extern unsigned int turbo_nr_threads;
int turbo_thread_attach(struct task_struct *p, u64 slice_ns, bool update);
int turbo_thread_detach(struct task_struct *p, u32 *changed);
void turbo_thread_drop(struct turbo_thread *th, u32 *changed);
void turbo_thread_exit(void);
void turbo_thread_restore_all(void);
struct turbo_thread *turbo_thread_find(const struct task_struct *p);
void turbo_thread_reap(struct turbo_thread *th);
void turbo_thread_strayed(struct turbo_thread *th);

/* child.c: children of attached threads */
void turbo_child_born(struct task_struct *parent, struct task_struct *child);
void turbo_child_sweep(const struct turbo_thread *th);
void turbo_child_exit(void);

#define turbo_for_each_thread(th) \
	list_for_each_entry(th, &turbo_threads, node)

/* keeper.c: the slow round that looks after what the hooks cannot */
void turbo_keeper_init(void);
void turbo_keeper_start(void);
void turbo_keeper_soon(void);
void turbo_keeper_kick(void);
void turbo_keeper_stop(void);

/* hooks.c: the tracepoints, live only while a thread is attached */
int turbo_hooks_init(void);
void turbo_hooks_exit(void);
int turbo_hooks_get(void);
void turbo_hooks_put(void);
void turbo_hooks_put_later(void);
void turbo_hooks_settle(void);

/* stat.c, debugfs.c, dev.c */
void turbo_stat_core(struct sched_turbo_core *out, struct turbo_core *core);
void turbo_stat_thread(struct sched_turbo_thread *out,
		       struct turbo_thread *th);
void turbo_debugfs_init(void);
void turbo_debugfs_exit(void);
int turbo_dev_init(void);
void turbo_dev_exit(void);

#endif /* SCHED_TURBO_TURBO_H */
