// SPDX-License-Identifier: GPL-2.0
/*
 * spread.c - interrupts over turbo vCPUs
 */
#include "spread.h"

/**
 * turbo_spread - choose a turbo vCPU for an interrupt
 * @cpu: the turbo vCPUs
 * @nr_cpus: how many, 0 or more
 * @now: the one that has it now, -1 if none has
 *
 * The one with the fewest interrupts, the first of several; or rather the one
 * that has it now, if that is one of them.
 *
 * Return: an index into @cpu, or -1 if the interrupt can go to none of them.
 */
int turbo_spread(const struct turbo_spread_cpu *cpu, int nr_cpus, int now)
{
	int i, best = -1;

	for (i = 0; i < nr_cpus; i++)
		if (cpu[i].may && (best < 0 || cpu[i].irqs < cpu[best].irqs))
			best = i;
	if (best >= 0 && now >= 0 && now < nr_cpus && cpu[now].may &&
	    cpu[now].irqs == cpu[best].irqs)
		return now;
	return best;
}
