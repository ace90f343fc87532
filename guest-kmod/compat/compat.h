/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compat.h - the differences between the kernels turbo_guest.ko is built for
 *
 * have.h is made by kmod/compat/detect.sh from the programs in features.sh.
 * Nothing outside this folder asks which kernel it is on; it asks for the
 * feature.
 */
#ifndef TURBO_GUEST_COMPAT_H
#define TURBO_GUEST_COMPAT_H

#include <linux/irqnr.h>

#include "have.h"

#ifndef CONFIG_SMP
#error "a turbo vCPU needs a regular one beside it: SMP only"
#endif

#ifdef TURBO_HAVE_IRQ_GET_NR_IRQS
#define turbo_nr_irqs()		irq_get_nr_irqs()
#else
#define turbo_nr_irqs()		((unsigned int)nr_irqs)
#endif

#endif /* TURBO_GUEST_COMPAT_H */
