/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compat.h - the differences between the kernels turbo_guest.ko is built for
 *
 * have.h is made by kmod/compat/detect.sh from the programs in features.sh.
 * Nothing outside this folder asks which kernel it is on, nor how it was
 * configured; it asks for the feature.
 */
#ifndef TURBO_GUEST_COMPAT_H
#define TURBO_GUEST_COMPAT_H

#include <linux/cpumask.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>

#include "have.h"

#ifndef CONFIG_SMP
#error "a turbo vCPU needs a regular one beside it: SMP only"
#endif

/*
 * The affinity of an interrupt, or the one it will have: some can only be moved
 * while they are being handled, so a new affinity waits for the next one.
 * Returns whether it waits.  Context: desc->lock held.
 */
static inline bool turbo_irq_mask(struct irq_desc *desc, struct cpumask *mask)
{
#ifdef CONFIG_GENERIC_PENDING_IRQ
	if (irqd_is_setaffinity_pending(&desc->irq_data)) {
		cpumask_copy(mask, desc->pending_mask);
		return true;
	}
#endif
	cpumask_copy(mask, irq_data_get_affinity_mask(&desc->irq_data));
	return false;
}

#endif /* TURBO_GUEST_COMPAT_H */
