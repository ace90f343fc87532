// SPDX-License-Identifier: GPL-2.0
/*
 * place.c - which thread on which turbo core, and how it gets there
 *
 * On isolated cores the kernel's load balancer moves nothing, so the module
 * does it itself: policy/placement.c decides, this file gathers and carries
 * out.  A thread's affinity is narrowed to the core it is to go to, and, once
 * it is there, widened to all live turbo cores, so that the kernel has
 * somewhere to put it should the core go offline.
 */
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/topology.h>

#include "policy/placement.h"
#include "turbo.h"

/* Do the two CPUs share their last-level cache (or a package, on 6.1)? */
static bool cpus_near(int a, int b)
{
	return turbo_llc_id(a) == turbo_llc_id(b);
}

/*
 * Is @cpu near a core where a thread of the VM that is not attached has last
 * run?  Context: task context.
 */
static bool near_vm(struct turbo_thread *th, int cpu)
{
	struct task_struct *t;
	bool near = false;

	rcu_read_lock();
	for_each_thread(th->task, t) {
		if (turbo_thread_find(t))
			continue;
		near = cpus_near(task_cpu(t), cpu);
		if (near)
			break;
	}
	rcu_read_unlock();
	return near;
}

/*
 * The live cores as the policy wants them, but for what is near to whom: once
 * through all threads, whatever the number of cores.
 * Context: turbo_mutex held.
 * Return: how many, or -ENOMEM.
 */
static int gather(struct turbo_place_core **place, int **cpus)
{
	int cpu, i = 0, nr = cpumask_weight(turbo_pool_live());
	struct turbo_thread *th;
	struct turbo_core *home;

	*place = kcalloc(nr ?: 1, sizeof(**place), GFP_KERNEL);
	*cpus = kcalloc(nr ?: 1, sizeof(**cpus), GFP_KERNEL);
	if (!*place || !*cpus) {
		kfree(*place);
		kfree(*cpus);
		return -ENOMEM;
	}
	for_each_cpu(cpu, turbo_pool_live()) {
		(*cpus)[i] = cpu;
		turbo_pool_core(cpu)->place = i++;
	}
	turbo_for_each_thread(th) {
		home = turbo_pool_core(th->home);
		if (!home || !cpumask_test_cpu(home->cpu, turbo_pool_live()))
			continue;
		(*place)[home->place].load += th->demand;
		(*place)[home->place].nr++;
	}
	return nr;
}

/* Which of them are near @th's VM?  Context: turbo_mutex held. */
static void gather_near(struct turbo_thread *th, struct turbo_place_core *place,
			const int *cpus, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		place[i].near = near_vm(th, cpus[i]);
}

/**
 * turbo_place_thread - choose a turbo core for a thread
 * @th: the thread, whose home, if it has one, is no live core
 *
 * Context: task context, turbo_mutex held.
 * Return: CPU, or -ENODEV if there is no turbo core.
 */
int turbo_place_thread(struct turbo_thread *th)
{
	struct turbo_place_core *place;
	int *cpus, nr, best;

	lockdep_assert_held(&turbo_mutex);
	if (cpumask_empty(turbo_pool_live()))
		return -ENODEV;
	nr = gather(&place, &cpus);
	/* out of memory: any turbo core is better than none */
	if (nr < 0)
		return cpumask_first(turbo_pool_live());
	gather_near(th, place, cpus, nr);
	best = cpus[turbo_place(place, nr)];
	kfree(place);
	kfree(cpus);
	return best;
}

/*
 * Would the kernel let @p stay on @home if its affinity were all live cores?
 * Since 6.2 it takes the part of a mask that sched_setaffinity(2) has once
 * asked for, if there is one, and that part may lack @home.
 */
static bool wide_keeps(struct task_struct *p, int home)
{
	unsigned long flags;
	bool keeps;

	raw_spin_lock_irqsave(&p->pi_lock, flags);
	keeps = !p->user_cpus_ptr ||
		cpumask_test_cpu(home, p->user_cpus_ptr) ||
		!cpumask_intersects(p->user_cpus_ptr, turbo_pool_live());
	raw_spin_unlock_irqrestore(&p->pi_lock, flags);
	return keeps;
}

/**
 * turbo_place_widen - let a thread that is home use all live turbo cores
 * @th: the thread
 *
 * Context: task context, turbo_mutex held.
 */
void turbo_place_widen(struct turbo_thread *th)
{
	lockdep_assert_held(&turbo_mutex);
	if (task_cpu(th->task) != th->home || !wide_keeps(th->task, th->home))
		return;
	/* before we overwrite what somebody else may have set */
	if (turbo_attrs_apply(th))
		return;
	th->wide = !turbo_attrs_set_cpus(th, turbo_pool_live());
}

/**
 * turbo_place_move - take a thread to a turbo core
 * @th: the thread
 * @cpu: the core, live
 *
 * Context: task context, turbo_mutex held, may sleep until the thread, if it
 * runs, has been moved.
 * Return: 0, or what set_cpus_allowed_ptr() said.
 */
int turbo_place_move(struct turbo_thread *th, int cpu)
{
	struct turbo_core *core = turbo_pool_core(cpu);
	struct turbo_core *old = turbo_pool_core(th->home);
	int err;

	lockdep_assert_held(&turbo_mutex);
	if (!core)
		return -ENODEV;
	/* before we overwrite what somebody else may have set */
	err = turbo_attrs_apply(th);
	if (!err)
		err = turbo_attrs_set_cpus(th, cpumask_of(cpu));
	if (err)
		return err;
	if (old)
		old->nr_threads--;
	th->home = cpu;
	core->nr_threads++;
	th->wide = false;
	/* a sleeper keeps the narrow mask until it has woken up there */
	turbo_place_widen(th);
	if (core->slice_ns != th->set_slice_ns)
		err = turbo_attrs_apply(th);
	turbo_slice_adopt(core, th);
	return err;
}

/*
 * Where @th should go: the index of a core, or -1 to stay.  @least is the least
 * load of a core.  Context: turbo_mutex held.
 */
static int better_home(struct turbo_thread *th, struct turbo_place_core *place,
		       const int *cpus, int nr, u64 least)
{
	struct turbo_core *home = turbo_pool_core(th->home);

	if (!home || !cpumask_test_cpu(home->cpu, turbo_pool_live()))
		return -1;
	/* nothing is to be had, however near: most threads, most of the time */
	if (place[home->place].load < least + th->demand)
		return -1;
	gather_near(th, place, cpus, nr);
	return turbo_place_better(place, nr, home->place, th->demand);
}

/**
 * turbo_place_balance - even the load of the turbo cores out, one move
 *
 * Context: task context, turbo_mutex held.
 */
void turbo_place_balance(void)
{
	struct turbo_place_core *place;
	struct turbo_thread *th;
	u64 least = U64_MAX;
	int *cpus, nr, i, to = -1;

	lockdep_assert_held(&turbo_mutex);
	if (cpumask_weight(turbo_pool_live()) < 2)
		return;
	nr = gather(&place, &cpus);
	if (nr < 0)
		return;
	for (i = 0; i < nr; i++)
		least = min(least, place[i].load);
	turbo_for_each_thread(th) {
		to = better_home(th, place, cpus, nr, least);
		if (to >= 0) {
			turbo_place_move(th, cpus[to]);
			break;
		}
	}
	kfree(place);
	kfree(cpus);
}
