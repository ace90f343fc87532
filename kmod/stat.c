// SPDX-License-Identifier: GPL-2.0
/*
 * stat.c - the counters, as the user interface and debugfs show them
 *
 * The fast path counts without locks; a reader may be a few counts behind,
 * never torn, for every counter is one 64-bit word.
 */
#include <linux/debugfs.h>
#include <linux/pid_namespace.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "vm.h"

/**
 * turbo_stat_core - describe a turbo core
 * @out: filled
 * @core: the core
 *
 * Context: turbo_mutex held.
 */
void turbo_stat_core(struct sched_turbo_core *out, struct turbo_core *core)
{
	lockdep_assert_held(&turbo_mutex);
	memset(out, 0, sizeof(*out));
	out->cpu = core->cpu;
	if (core->live)
		out->flags |= SCHED_TURBO_CORE_ONLINE;
	if (turbo_cpu_isolated(core->cpu))
		out->flags |= SCHED_TURBO_CORE_ISOLATED;
	out->slice_ns = core->slice_ns;
	out->nr_threads = core->nr_threads;
	out->lead_ns = READ_ONCE(core->lead_ns);
	out->slices = READ_ONCE(core->stat.slices);
	out->slice_ends = READ_ONCE(core->stat.slice_ends);
	out->timer_irqs = READ_ONCE(core->stat.timer_irqs);
	out->timer_early = READ_ONCE(core->stat.timer_early);
	out->pokes = atomic64_read(&core->stat.pokes);
	out->preempts = atomic64_read(&core->stat.preempts);
	out->turbo_ns = READ_ONCE(core->stat.turbo_ns);
	out->foreign_ns = READ_ONCE(core->stat.foreign_ns);
	out->foreign_switches = READ_ONCE(core->stat.foreign_switches);
	out->migrations_in = READ_ONCE(core->stat.migrations_in);
	out->rescues = atomic64_read(&core->stat.rescues);
}

/**
 * turbo_stat_thread - describe an attached thread
 * @out: filled
 * @th: the thread
 *
 * Context: turbo_mutex held.
 */
void turbo_stat_thread(struct sched_turbo_thread *out, struct turbo_thread *th)
{
	int i;

	lockdep_assert_held(&turbo_mutex);
	memset(out, 0, sizeof(*out));
	out->tid = task_pid_vnr(th->task);
	out->vm = pid_vnr(th->vm->tgid);
	/* one that has not run since it was attached has its old CPU still */
	out->cpu = cpumask_test_cpu(task_cpu(th->task), turbo_pool_live()) ?
		   task_cpu(th->task) : th->home;
	if (th->own_slice_ns)
		out->flags |= SCHED_TURBO_THREAD_OWN_SLICE;
	out->slice_ns = th->set_slice_ns;
	out->slices = READ_ONCE(th->stat.slices);
	out->slice_ends = READ_ONCE(th->stat.slice_ends);
	out->run_ns = READ_ONCE(th->stat.run_ns);
	out->wait_ns = READ_ONCE(th->stat.wait_ns);
	out->wakeups = READ_ONCE(th->stat.wakeups);
	out->migrations = READ_ONCE(th->stat.migrations);
	out->strays = READ_ONCE(th->stat.strays);
	for (i = 0; i < SCHED_TURBO_HIST_BUCKETS; i++)
		out->wake_hist[i] = READ_ONCE(th->stat.wake_hist[i]);
	strscpy(out->comm, th->task->comm, sizeof(out->comm));
}

static int cores_show(struct seq_file *m, void *v)
{
	struct sched_turbo_core c;
	unsigned int cpu;

	seq_puts(m, "cpu online isolated slice_ns threads lead_ns slices slice_ends timer_irqs timer_early pokes preempts turbo_ns foreign_ns foreign_switches migrations_in rescues\n");
	mutex_lock(&turbo_mutex);
	for_each_cpu(cpu, turbo_pool_mask()) {
		turbo_stat_core(&c, turbo_pool_core(cpu));
		seq_printf(m, "%u %d %d %llu %u %u %llu %llu %llu %llu %llu %llu %llu %llu %llu %llu %llu\n",
			   c.cpu, !!(c.flags & SCHED_TURBO_CORE_ONLINE),
			   !!(c.flags & SCHED_TURBO_CORE_ISOLATED),
			   c.slice_ns, c.nr_threads, c.lead_ns, c.slices,
			   c.slice_ends, c.timer_irqs, c.timer_early, c.pokes,
			   c.preempts, c.turbo_ns, c.foreign_ns,
			   c.foreign_switches, c.migrations_in, c.rescues);
	}
	mutex_unlock(&turbo_mutex);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(cores);

static int threads_show(struct seq_file *m, void *v)
{
	static struct sched_turbo_thread t;	/* under turbo_mutex */
	struct turbo_thread *th;
	int i;

	seq_puts(m, "tid vm cpu slice_ns slices slice_ends run_ns wait_ns wakeups migrations strays wake_hist\n");
	mutex_lock(&turbo_mutex);
	turbo_for_each_thread(th) {
		turbo_stat_thread(&t, th);
		seq_printf(m, "%d %d %u %llu %llu %llu %llu %llu %llu %llu %llu ",
			   t.tid, t.vm, t.cpu, t.slice_ns, t.slices,
			   t.slice_ends, t.run_ns, t.wait_ns, t.wakeups,
			   t.migrations, t.strays);
		for (i = 0; i < SCHED_TURBO_HIST_BUCKETS; i++)
			seq_printf(m, "%llu%c", t.wake_hist[i],
				   i < SCHED_TURBO_HIST_BUCKETS - 1 ?
				   ',' : '\n');
	}
	mutex_unlock(&turbo_mutex);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(threads);

static struct dentry *dir;

/**
 * turbo_debugfs_init - /sys/kernel/debug/sched_turbo
 *
 * Not having debugfs is no error.
 */
void turbo_debugfs_init(void)
{
	dir = debugfs_create_dir("sched_turbo", NULL);
	debugfs_create_file("cores", 0400, dir, NULL, &cores_fops);
	debugfs_create_file("threads", 0400, dir, NULL, &threads_fops);
}

/**
 * turbo_debugfs_exit - take it away; waits for readers
 */
void turbo_debugfs_exit(void)
{
	debugfs_remove(dir);
}
