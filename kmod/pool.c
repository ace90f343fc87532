// SPDX-License-Identifier: GPL-2.0
/*
 * pool.c - the set of turbo cores (vTurbo 3.1)
 *
 * Cores come and go at run time, by the operator and by CPU hotplug.  A core
 * in the pool is live while its CPU is online.  When the last live core goes,
 * every thread is given back what it was: there is then nothing that
 * SCHED_TURBO could do for it.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/cpuset.h>
#include <linux/sched/isolation.h>
#include <linux/slab.h>

#include "policy/slice_math.h"
#include "turbo.h"

DEFINE_PER_CPU(struct turbo_core *, turbo_core);

/* All slow-path state: see turbo.h. */
DEFINE_MUTEX(turbo_mutex);

/* By CPU; made at the first use of a CPU and kept till the module goes. */
static struct turbo_core **cores;
static cpumask_var_t pool_mask;		/* turbo cores, online or not */
static cpumask_var_t live_mask;		/* turbo cores, online */
static cpumask_var_t ever_mask;		/* all that have ever been turbo cores */
static enum cpuhp_state hotplug_state;

/**
 * turbo_pool_live - the turbo cores that take threads
 *
 * Context: turbo_mutex held.
 */
const struct cpumask *turbo_pool_live(void)
{
	return live_mask;
}

/**
 * turbo_pool_mask - the turbo cores, online or not
 *
 * Context: turbo_mutex held.
 */
const struct cpumask *turbo_pool_mask(void)
{
	return pool_mask;
}

/**
 * turbo_pool_ever - all CPUs that have been turbo cores since the module came
 *
 * Context: turbo_mutex held.
 */
const struct cpumask *turbo_pool_ever(void)
{
	return ever_mask;
}

/**
 * turbo_pool_core - a turbo core by its CPU
 * @cpu: the CPU
 *
 * Context: turbo_mutex held.
 * Return: the core, or NULL if @cpu is not in the pool.
 */
struct turbo_core *turbo_pool_core(unsigned int cpu)
{
	if (cpu >= nr_cpu_ids || !cpumask_test_cpu(cpu, pool_mask))
		return NULL;
	return cores[cpu];
}

/**
 * turbo_cpu_isolated - does the load balancer leave this CPU alone?
 * @cpu: the CPU
 *
 * True for isolcpus= and, where the kernel tells, for an isolated cpuset
 * partition.
 */
bool turbo_cpu_isolated(unsigned int cpu)
{
#ifdef TURBO_HAVE_CPUSET_CPU_IS_ISOLATED
	if (cpuset_cpu_is_isolated(cpu))
		return true;
#endif
	return !housekeeping_test_cpu(cpu, HK_TYPE_DOMAIN);
}

/* Context: turbo_mutex held, @core is online. */
static void core_up(struct turbo_core *core)
{
	struct turbo_thread *th;

	turbo_slice_core_start(core);
	cpumask_set_cpu(core->cpu, live_mask);
	/* let the threads come here if the others go */
	turbo_for_each_thread(th)
		turbo_place_widen(th);
	turbo_slice_resync(core);
	turbo_keeper_soon();
}

/*
 * Context: turbo_mutex held.  @core's CPU is online, or going offline and
 * this is its hotplug thread.
 */
static void core_down(struct turbo_core *core)
{
	struct turbo_thread *th;

	cpumask_clear_cpu(core->cpu, live_mask);
	/* first: detaching asks only the live cores to let go of a thread */
	turbo_slice_core_stop(core);
	if (cpumask_empty(live_mask)) {
		if (turbo_nr_threads)
			pr_warn("cpu %d was the last turbo core: all threads go back to what they were\n",
				core->cpu);
		turbo_thread_restore_all();
	}
	turbo_for_each_thread(th) {
		int home = th->home;

		if (home == core->cpu)
			home = turbo_place_thread(th);
		turbo_place_move(th, home);
	}
}

/* Is there a CPU left for everything else if @cpu becomes a turbo core? */
static bool last_regular(unsigned int cpu)
{
	unsigned int other;

	for_each_online_cpu(other)
		if (other != cpu && !cpumask_test_cpu(other, pool_mask))
			return false;
	return true;
}

/**
 * turbo_pool_add - make a CPU a turbo core
 * @cpu: the CPU
 * @slice_ns: its slice, 0 for the default
 *
 * Context: task context, may sleep.
 * Return: 0, or an error as of SCHED_TURBO_IOC_CORE_ADD.
 */
int turbo_pool_add(unsigned int cpu, u64 slice_ns)
{
	struct turbo_core *core;
	int err = 0;

	if (!slice_ns)
		slice_ns = SCHED_TURBO_SLICE_DEFAULT_NS;
	if (!turbo_slice_valid(slice_ns, SCHED_TURBO_SLICE_MIN_NS,
			       SCHED_TURBO_SLICE_MAX_NS)) {
		pr_notice("cpu %u: slice %llu ns is not within %llu to %llu ns\n",
			  cpu, slice_ns, SCHED_TURBO_SLICE_MIN_NS,
			  SCHED_TURBO_SLICE_MAX_NS);
		return -ERANGE;
	}

	cpus_read_lock();
	mutex_lock(&turbo_mutex);
	if (cpu >= nr_cpu_ids || !cpu_online(cpu)) {
		pr_notice("cpu %u: is not online\n", cpu);
		err = -ENXIO;
		goto out;
	}
	if (cpumask_test_cpu(cpu, pool_mask)) {
		pr_notice("cpu %u: is a turbo core already\n", cpu);
		err = -EEXIST;
		goto out;
	}
	if (last_regular(cpu)) {
		pr_notice("cpu %u: is the last one left for everything else\n",
			  cpu);
		err = -EBUSY;
		goto out;
	}
	core = cores[cpu];
	if (!core) {
		core = kzalloc_node(sizeof(*core), GFP_KERNEL,
				    cpu_to_node(cpu));
		if (!core) {
			err = -ENOMEM;
			goto out;
		}
		turbo_slice_core_init(core, cpu);
		cores[cpu] = core;
	}
	WRITE_ONCE(core->slice_ns, slice_ns);
	cpumask_set_cpu(cpu, pool_mask);
	cpumask_set_cpu(cpu, ever_mask);
	core_up(core);
	pr_info("cpu %u: turbo core, slice %llu us%s\n", cpu, slice_ns / 1000,
		turbo_cpu_isolated(cpu) ? "" : ", not isolated");
out:
	mutex_unlock(&turbo_mutex);
	cpus_read_unlock();
	return err;
}

/**
 * turbo_pool_del - make a turbo core an ordinary CPU again
 * @cpu: the CPU
 *
 * Context: task context, may sleep.
 * Return: 0, or -ENOENT.
 */
int turbo_pool_del(unsigned int cpu)
{
	struct turbo_core *core;
	int err = 0;

	cpus_read_lock();
	mutex_lock(&turbo_mutex);
	core = turbo_pool_core(cpu);
	if (!core) {
		pr_notice("cpu %u: is not a turbo core\n", cpu);
		err = -ENOENT;
		goto out;
	}
	if (core->live)
		core_down(core);
	cpumask_clear_cpu(cpu, pool_mask);
	pr_info("cpu %u: no longer a turbo core\n", cpu);
out:
	mutex_unlock(&turbo_mutex);
	cpus_read_unlock();
	turbo_hooks_settle();
	return err;
}

/**
 * turbo_pool_set_slice - change the slice of a turbo core
 * @cpu: the CPU
 * @slice_ns: the slice
 *
 * Context: task context, may sleep.
 * Return: 0, -ENOENT or -ERANGE.
 */
int turbo_pool_set_slice(unsigned int cpu, u64 slice_ns)
{
	struct turbo_core *core;
	struct turbo_thread *th;
	int err = 0;

	if (!turbo_slice_valid(slice_ns, SCHED_TURBO_SLICE_MIN_NS,
			       SCHED_TURBO_SLICE_MAX_NS)) {
		pr_notice("cpu %u: slice %llu ns is not within %llu to %llu ns\n",
			  cpu, slice_ns, SCHED_TURBO_SLICE_MIN_NS,
			  SCHED_TURBO_SLICE_MAX_NS);
		return -ERANGE;
	}
	mutex_lock(&turbo_mutex);
	core = turbo_pool_core(cpu);
	if (!core) {
		pr_notice("cpu %u: is not a turbo core\n", cpu);
		err = -ENOENT;
		goto out;
	}
	WRITE_ONCE(core->slice_ns, slice_ns);
	turbo_for_each_thread(th)
		if (th->home == core->cpu)
			turbo_attrs_apply(th);
out:
	mutex_unlock(&turbo_mutex);
	return err;
}

/* CPU hotplug.  Context: the CPU's hotplug thread, hotplug lock held. */
static int cpu_comes(unsigned int cpu)
{
	struct turbo_core *core;

	mutex_lock(&turbo_mutex);
	core = turbo_pool_core(cpu);
	if (core && !core->live) {
		core_up(core);
		pr_info("cpu %u: is back as a turbo core\n", cpu);
	}
	mutex_unlock(&turbo_mutex);
	return 0;
}

static int cpu_goes(unsigned int cpu)
{
	struct turbo_core *core;

	mutex_lock(&turbo_mutex);
	core = turbo_pool_core(cpu);
	if (core && core->live) {
		pr_info("cpu %u: turbo core goes offline\n", cpu);
		core_down(core);
	}
	mutex_unlock(&turbo_mutex);
	return 0;
}

/**
 * turbo_pool_init - an empty pool, and an ear for CPU hotplug
 *
 * Return: 0 or an error.
 */
int turbo_pool_init(void)
{
	int err = -ENOMEM;

	if (!zalloc_cpumask_var(&pool_mask, GFP_KERNEL))
		return err;
	if (!zalloc_cpumask_var(&live_mask, GFP_KERNEL))
		goto err_pool;
	if (!zalloc_cpumask_var(&ever_mask, GFP_KERNEL))
		goto err_live;
	cores = kcalloc(nr_cpu_ids, sizeof(*cores), GFP_KERNEL);
	if (!cores)
		goto err_ever;
	err = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "sched_turbo:online",
				cpu_comes, cpu_goes);
	if (err < 0)
		goto err_cores;
	hotplug_state = err;
	return 0;

err_cores:
	kfree(cores);
err_ever:
	free_cpumask_var(ever_mask);
err_live:
	free_cpumask_var(live_mask);
err_pool:
	free_cpumask_var(pool_mask);
	return err;
}

/**
 * turbo_pool_exit - give the cores back and free them
 *
 * Context: task context; no thread is attached and the hooks are down, so
 * that all that can still run on a core is a poke or a timer under way.
 */
void turbo_pool_exit(void)
{
	unsigned int cpu;

	cpuhp_remove_state_nocalls(hotplug_state);
	/* the last that could have set it going was a CPU coming online */
	turbo_keeper_stop();
	cpus_read_lock();
	for_each_possible_cpu(cpu) {
		if (!cores[cpu])
			continue;
		if (cores[cpu]->live)
			turbo_slice_core_stop(cores[cpu]);
		turbo_slice_core_flush(cores[cpu]);
		kfree(cores[cpu]);
	}
	cpus_read_unlock();
	kfree(cores);
	free_cpumask_var(ever_mask);
	free_cpumask_var(live_mask);
	free_cpumask_var(pool_mask);
}
