/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compat.h - the differences between the kernels we build for
 *
 * have.h is made by detect.sh, which compiles one small program per feature
 * with the kernel's own flags.  Nothing outside this folder asks which
 * kernel it is on; it asks for the feature.
 */
#ifndef SCHED_TURBO_COMPAT_H
#define SCHED_TURBO_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/smp.h>
#include <linux/topology.h>

#include "have.h"

#ifndef CONFIG_64BIT
#error "SCHED_TURBO reads 64-bit scheduler fields without a lock: 64-bit only"
#endif
#ifndef CONFIG_SMP
#error "SCHED_TURBO needs a regular core beside the turbo core: SMP only"
#endif
#ifndef CONFIG_HIGH_RES_TIMERS
#error "SCHED_TURBO needs CONFIG_HIGH_RES_TIMERS"
#endif

/* 6.13 brought hrtimer_setup(), 6.18 took hrtimer_init() away. */
#ifdef TURBO_HAVE_HRTIMER_SETUP
#define turbo_hrtimer_setup(timer, fn, clock, mode) \
	hrtimer_setup(timer, fn, clock, mode)
#else
#define turbo_hrtimer_setup(timer, fn, clock, mode)	\
	do {						\
		hrtimer_init(timer, clock, mode);	\
		(timer)->function = (fn);		\
	} while (0)
#endif

/*
 * Which CPUs share a last-level cache.  cpu_llc_shared_map is not exported;
 * cpu_info is, and tells since 6.7.  Before that: the package.
 */
static inline int turbo_llc_id(int cpu)
{
#ifdef TURBO_HAVE_CPU_TOPO_LLC_ID
	return cpu_data(cpu).topo.llc_id;
#else
	return topology_physical_package_id(cpu);
#endif
}

#endif /* SCHED_TURBO_COMPAT_H */
