/* SPDX-License-Identifier: GPL-2.0 */
/*
 * spread.h - which of several turbo vCPUs takes an interrupt
 *
 * Pure: the caller knows the interrupts and moves them.
 */
#ifndef TURBO_GUEST_SPREAD_H
#define TURBO_GUEST_SPREAD_H

#include "types.h"

/**
 * struct turbo_spread_cpu - a turbo vCPU as spreading sees it
 * @irqs: interrupts it has, without the one that is being placed
 * @may: the interrupt can go there
 */
struct turbo_spread_cpu {
	u32 irqs;
	bool may;
};

int turbo_spread(const struct turbo_spread_cpu *cpu, int nr_cpus, int now);

#endif /* TURBO_GUEST_SPREAD_H */
