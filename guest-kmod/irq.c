// SPDX-License-Identifier: GPL-2.0
/*
 * irq.c - the interrupts of the devices go to the turbo vCPUs (3.2)
 *
 * An ordinary interrupt gets a turbo vCPU as its affinity, and the kernel is
 * told that nobody but the kernel moves it (IRQ_NO_BALANCING): writing
 * /proc/irq/N/smp_affinity fails, upon which irqbalance leaves it.
 *
 * A managed one, whose affinity the kernel chose together with the queue's
 * CPUs, can only go to a turbo vCPU which that affinity includes: vectors are
 * reserved on those CPUs only.  Once it is there it is given back the affinity
 * it had; with a narrower one it would be shut down, and its queue be dead, when
 * the turbo vCPU goes.
 *
 * No notifier is used: there is but one for each interrupt, some drivers need
 * it, and free_irq() warns about one it finds.
 */
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/list.h>
#include <linux/pci.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "policy/spread.h"
#include "turbo_guest.h"

/**
 * struct turbo_irq - an interrupt of a device that is meant
 * @node: in the list of all, in the order in which they were found
 * @irq: its number
 * @name: the device, as PCI address
 * @cpu: the turbo vCPU it was sent to, -1 before, IRQ_BOUND if it can go to none
 * @managed: by the kernel
 * @locked: we have set IRQ_NO_BALANCING
 * @seen: found in this round
 * @orig: the affinity it had, or that somebody has wanted for it since
 * @hint: what its driver wanted when we looked last, empty if nothing
 *
 * Under turbo_guest.lock.
 */
struct turbo_irq {
	struct list_head node;
	unsigned int irq;
	char name[24];
	int cpu;
	bool managed;
	bool locked;
	bool seen;
	cpumask_var_t orig;
	cpumask_var_t hint;
};

/**
 * struct irq_now - what an interrupt is at the moment
 * @managed: by the kernel
 * @no_balancing: user space can't move it
 * @pending: @mask is what it will have after it has come once more
 * @mask: its affinity
 * @effective: the CPU it goes to
 * @hint: what its driver wants (affinity_hint), empty if nothing
 */
struct irq_now {
	bool managed;
	bool no_balancing;
	bool pending;
	cpumask_var_t mask;
	cpumask_var_t effective;
	cpumask_var_t hint;
};

#define IRQ_BOUND	(-2)

static LIST_HEAD(irqs);

static bool irq_now_alloc(struct irq_now *now, gfp_t gfp)
{
	return zalloc_cpumask_var(&now->mask, gfp) &&
	       zalloc_cpumask_var(&now->effective, gfp) &&
	       zalloc_cpumask_var(&now->hint, gfp);
}

static void irq_now_free(struct irq_now *now)
{
	free_cpumask_var(now->hint);
	free_cpumask_var(now->effective);
	free_cpumask_var(now->mask);
}

/* An interrupt of a device, found without a lock of ours. */
struct vector {
	unsigned int irq;
	char name[24];
};

/**
 * struct found - all of them
 * @v: the array
 * @nr: how many there are
 * @size: for how many there is room
 */
struct found {
	struct vector *v;
	int nr, size;
};

/*
 * Describe interrupt @irq in @now.  A descriptor goes by RCU; what it says is
 * stable under its lock.  Returns false if there is nothing to steer.
 */
static bool irq_look(unsigned int irq, struct irq_now *now)
{
	struct irq_desc *desc;
	struct irq_data *d;
	unsigned long flags;
	bool there = false;

	rcu_read_lock();
	d = irq_get_irq_data(irq);
	if (!d)
		goto out;
	desc = irq_data_to_desc(d);
	raw_spin_lock_irqsave(&desc->lock, flags);
	if (desc->action && irqd_is_started(d) && !irqd_is_per_cpu(d)) {
		there = true;
		now->managed = irqd_affinity_is_managed(d);
		now->no_balancing = !irqd_can_balance(d);
		now->pending = turbo_irq_mask(desc, now->mask);
		cpumask_copy(now->effective,
			     irq_data_get_effective_affinity_mask(d));
		if (desc->affinity_hint)
			cpumask_copy(now->hint, desc->affinity_hint);
		else
			cpumask_clear(now->hint);
	}
	raw_spin_unlock_irqrestore(&desc->lock, flags);
out:
	rcu_read_unlock();
	return there;
}

/*
 * Give a managed interrupt the affinity again that its vectors are reserved
 * for, without moving it.  @now: also take back what is pending.
 */
static void managed_widen(struct turbo_irq *ti, bool now)
{
	struct irq_desc *desc;
	struct irq_data *d;
	unsigned long flags;

	if (now)
		irq_set_affinity(ti->irq, ti->orig);
	rcu_read_lock();
	d = irq_get_irq_data(ti->irq);
	if (d) {
		desc = irq_data_to_desc(d);
		raw_spin_lock_irqsave(&desc->lock, flags);
		if (irqd_affinity_is_managed(d) &&
		    (now || !irqd_is_setaffinity_pending(d)))
			irq_data_update_affinity(d, ti->orig);
		raw_spin_unlock_irqrestore(&desc->lock, flags);
	}
	rcu_read_unlock();
}

static void irq_free(struct turbo_irq *ti)
{
	list_del(&ti->node);
	free_cpumask_var(ti->hint);
	free_cpumask_var(ti->orig);
	kfree(ti);
}

static struct turbo_irq *irq_find(unsigned int irq)
{
	struct turbo_irq *ti;

	list_for_each_entry(ti, &irqs, node)
		if (ti->irq == irq)
			return ti;
	return NULL;
}

/* A record of interrupt @irq; a number that has changed hands gets a new one. */
static struct turbo_irq *irq_get(unsigned int irq, const char *name,
				 const struct irq_now *now)
{
	struct turbo_irq *ti = irq_find(irq);

	if (ti && (strcmp(ti->name, name) || ti->managed != now->managed)) {
		irq_free(ti);
		ti = NULL;
	}
	if (ti)
		return ti;
	ti = kzalloc(sizeof(*ti), GFP_KERNEL);
	if (!ti || !zalloc_cpumask_var(&ti->orig, GFP_KERNEL))
		goto err;
	if (!zalloc_cpumask_var(&ti->hint, GFP_KERNEL))
		goto err_orig;
	ti->irq = irq;
	ti->cpu = -1;
	ti->managed = now->managed;
	strscpy(ti->name, name, sizeof(ti->name));
	cpumask_copy(ti->orig, now->mask);
	cpumask_copy(ti->hint, now->hint);
	list_add_tail(&ti->node, &irqs);
	return ti;

err_orig:
	free_cpumask_var(ti->orig);
err:
	kfree(ti);
	turbo_count(TURBO_IRQ_FAILED);
	return NULL;
}

/* Where interrupt @ti, which can go to @allowed, is to go: a live CPU or -1. */
static int irq_choose(struct turbo_irq *ti, const struct cpumask *allowed)
{
	struct turbo_spread_cpu *cpus;
	int cpu, n = 0, i, best = -1, now = -1;
	struct turbo_irq *other;

	cpus = kcalloc(cpumask_weight(&turbo_guest.live), sizeof(*cpus),
		       GFP_KERNEL);
	if (!cpus)
		return -1;
	for_each_cpu(cpu, &turbo_guest.live) {
		cpus[n].may = !allowed || cpumask_test_cpu(cpu, allowed);
		list_for_each_entry(other, &irqs, node)
			if (other != ti && other->cpu == cpu)
				cpus[n].irqs++;
		if (cpu == ti->cpu)
			now = n;
		n++;
	}
	i = turbo_spread(cpus, n, now);
	n = 0;
	for_each_cpu(cpu, &turbo_guest.live)
		if (n++ == i)
			best = cpu;
	kfree(cpus);
	return best;
}

static void irq_move(struct turbo_irq *ti, int cpu)
{
	int err = irq_set_affinity(ti->irq, cpumask_of(cpu));

	if (err) {
		turbo_count(TURBO_IRQ_FAILED);
		pr_warn_ratelimited("irq %u of %s does not go to vCPU %d: %d\n",
				    ti->irq, ti->name, cpu, err);
		return;
	}
	turbo_count(TURBO_IRQ_MOVED);
	if (ti->cpu >= 0)
		turbo_count(TURBO_IRQ_AGAIN);
	ti->cpu = cpu;
}

/* Once for each device. */
static void say_bound(struct turbo_irq *ti)
{
	struct turbo_irq *other;

	turbo_count(TURBO_IRQ_BOUND);
	list_for_each_entry(other, &irqs, node)
		if (other->cpu == IRQ_BOUND && !strcmp(other->name, ti->name))
			return;
	pr_info("irq %u of %s is managed by the kernel, for I/O from vCPUs %*pbl only, and stays there; so do others of that device\n",
		ti->irq, ti->name, cpumask_pr_args(ti->orig));
}

static void steer_managed(struct turbo_irq *ti, const struct irq_now *now)
{
	bool ours = cpumask_subset(now->mask, &turbo_guest.live);
	int cpu;

	/* the move is done: see the head of this file */
	if (ours && !now->pending)
		managed_widen(ti, false);
	else if (!ours && !now->pending)
		cpumask_copy(ti->orig, now->mask);
	cpu = irq_choose(ti, ti->orig);
	if (cpu < 0) {
		if (ti->cpu != IRQ_BOUND)
			say_bound(ti);
		ti->cpu = IRQ_BOUND;
		return;
	}
	if (cpumask_test_cpu(cpu, now->effective))
		ti->cpu = cpu;
	else if (!now->pending || !cpumask_test_cpu(cpu, now->mask))
		irq_move(ti, cpu);
}

/*
 * A driver that sends an interrupt to a turbo vCPU, as one of its queues' CPUs,
 * can't be told from us by the affinity.  That it wants something else than
 * before tells.
 */
static void heed_driver(struct turbo_irq *ti, const struct irq_now *now)
{
	if (cpumask_equal(ti->hint, now->hint))
		return;
	cpumask_copy(ti->hint, now->hint);
	/* some drivers give a hint and send it nowhere */
	if (!cpumask_empty(now->hint) &&
	    cpumask_equal(now->hint, now->mask) &&
	    cpumask_subset(now->hint, &turbo_guest.live))
		cpumask_copy(ti->orig, now->hint);
}

static void steer_plain(struct turbo_irq *ti, const struct irq_now *now)
{
	int cpu = irq_choose(ti, NULL);

	if (cpu < 0)
		return;
	heed_driver(ti, now);
	if (!cpumask_equal(now->mask, cpumask_of(cpu))) {
		/* what others want while we steer is what is put back */
		if (!cpumask_subset(now->mask, &turbo_guest.live))
			cpumask_copy(ti->orig, now->mask);
		irq_move(ti, cpu);
	} else {
		ti->cpu = cpu;
	}
	if (!now->no_balancing) {
		irq_set_status_flags(ti->irq, IRQ_NO_BALANCING);
		ti->locked = true;
	}
}

static int found_add(struct found *f, int irq, const char *name)
{
	if (f->nr == f->size) {
		int size = f->size ? 2 * f->size : 64;
		void *v = krealloc(f->v, size * sizeof(*f->v), GFP_KERNEL);

		if (!v)
			return -ENOMEM;
		f->v = v;
		f->size = size;
	}
	f->v[f->nr].irq = irq;
	strscpy(f->v[f->nr].name, name, sizeof(f->v->name));
	f->nr++;
	return 0;
}

/*
 * The vectors of a device; there may be gaps among those of MSI-X.  Without its
 * lock what describes them could go with a driver that is taken off it.
 */
static int find_vectors(struct pci_dev *pdev, void *data)
{
	int n = 1, i, irq, err = 0;

	device_lock(&pdev->dev);
	if (!pdev->dev.driver)
		n = 0;
	else if (pdev->msix_enabled)
		n = pci_msix_vec_count(pdev);
	else if (pdev->msi_enabled)
		n = pci_msi_vec_count(pdev);
	for (i = 0; i < n && !err; i++) {
		irq = pci_irq_vector(pdev, i);
		if (irq > 0)
			err = found_add(data, irq, pci_name(pdev));
	}
	device_unlock(&pdev->dev);
	return err;
}

/**
 * turbo_irq_steer - send the interrupts to the turbo vCPUs that are online
 *
 * Also those that have come since the last time, or that somebody has sent
 * elsewhere.  Records of what is no more are dropped.
 *
 * Context: task context, may sleep; takes turbo_guest.lock.
 */
void turbo_irq_steer(void)
{
	struct turbo_irq *ti, *next;
	struct found f = { };
	struct irq_now now = { };
	int i;

	if (!irq_now_alloc(&now, GFP_KERNEL) ||
	    turbo_device_each(find_vectors, &f)) {
		turbo_count(TURBO_IRQ_FAILED);
		goto out;
	}
	mutex_lock(&turbo_guest.lock);
	list_for_each_entry(ti, &irqs, node)
		ti->seen = false;
	for (i = 0; i < f.nr && !cpumask_empty(&turbo_guest.live); i++) {
		if (!irq_look(f.v[i].irq, &now))
			continue;
		ti = irq_get(f.v[i].irq, f.v[i].name, &now);
		if (!ti)
			continue;
		ti->seen = true;
		if (ti->managed)
			steer_managed(ti, &now);
		else
			steer_plain(ti, &now);
	}
	list_for_each_entry_safe(ti, next, &irqs, node)
		if (!ti->seen)
			irq_free(ti);
	mutex_unlock(&turbo_guest.lock);
out:
	kfree(f.v);
	irq_now_free(&now);
}

/* Context: turbo_guest.lock held. */
static void irq_undo(struct turbo_irq *ti, struct irq_now *now)
{
	lockdep_assert_held(&turbo_guest.lock);
	if (ti->locked)
		irq_clear_status_flags(ti->irq, IRQ_NO_BALANCING);
	if (ti->cpu < 0 || !irq_look(ti->irq, now))
		return;
	if (ti->managed) {
		managed_widen(ti, true);
		turbo_count(TURBO_IRQ_RESTORED);
	} else if (!cpumask_equal(now->mask, cpumask_of(ti->cpu))) {
		turbo_count(TURBO_IRQ_LEFT);
		pr_info("irq %u of %s: affinity left at %*pbl, which it was given meanwhile\n",
			ti->irq, ti->name, cpumask_pr_args(now->mask));
	} else if (irq_set_affinity(ti->irq, ti->orig)) {
		turbo_count(TURBO_IRQ_FAILED);
		pr_warn("irq %u of %s: affinity %*pbl could not be put back\n",
			ti->irq, ti->name, cpumask_pr_args(ti->orig));
	} else {
		turbo_count(TURBO_IRQ_RESTORED);
	}
}

/**
 * turbo_irq_undo - give all interrupts back what they had
 *
 * Context: turbo_guest.lock held, perhaps the CPU hotplug lock too.
 */
void turbo_irq_undo(void)
{
	struct turbo_irq *ti, *next;
	struct irq_now now = { };

	lockdep_assert_held(&turbo_guest.lock);
	/* a few bytes that must be there; the kernel retries for those */
	irq_now_alloc(&now, GFP_KERNEL | __GFP_NOFAIL);
	list_for_each_entry_safe(ti, next, &irqs, node) {
		irq_undo(ti, &now);
		irq_free(ti);
	}
	irq_now_free(&now);
}

/**
 * turbo_irq_show - an array of JSON
 * @m: printed to
 *
 * Context: turbo_guest.lock held.
 */
void turbo_irq_show(struct seq_file *m)
{
	struct turbo_irq *ti;
	const char *sep = "";

	lockdep_assert_held(&turbo_guest.lock);
	seq_putc(m, '[');
	list_for_each_entry(ti, &irqs, node) {
		seq_printf(m, "%s{\"irq\":%u,\"device\":\"%s\",\"managed\":%s,\"vcpu\":",
			   sep, ti->irq, ti->name,
			   ti->managed ? "true" : "false");
		if (ti->cpu >= 0)
			seq_printf(m, "%d", ti->cpu);
		else
			seq_puts(m, "null");
		seq_printf(m, ",\"was\":\"%*pbl\"}", cpumask_pr_args(ti->orig));
		sep = ",";
	}
	seq_putc(m, ']');
}
