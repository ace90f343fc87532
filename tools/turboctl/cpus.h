/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sets of CPUs, and the two forms in which the kernel writes them
 */
#ifndef TURBOCTL_CPUS_H
#define TURBOCTL_CPUS_H

#include <stdbool.h>
#include <stdint.h>

/* The largest NR_CPUS that any architecture's Kconfig allows. */
#define CPUS_MAX	8192

struct cpus {
	uint64_t bits[CPUS_MAX / 64];
};

/* Loops over the members of a set in ascending order. */
#define for_each_cpu(cpu, set) \
	for ((cpu) = cpus_next(set, 0); (cpu) < CPUS_MAX; \
	     (cpu) = cpus_next(set, (cpu) + 1))

void cpus_clear(struct cpus *set);
void cpus_add(struct cpus *set, unsigned int cpu);
void cpus_del(struct cpus *set, unsigned int cpu);
bool cpus_has(const struct cpus *set, unsigned int cpu);
bool cpus_empty(const struct cpus *set);
bool cpus_equal(const struct cpus *a, const struct cpus *b);
bool cpus_subset(const struct cpus *a, const struct cpus *of);
void cpus_or(struct cpus *set, const struct cpus *with);
void cpus_and(struct cpus *set, const struct cpus *with);
void cpus_andnot(struct cpus *set, const struct cpus *without);
unsigned int cpus_next(const struct cpus *set, unsigned int from);

int cpus_parse_list(const char *text, struct cpus *set);
int cpus_parse_mask(const char *text, struct cpus *set);
char *cpus_list(const struct cpus *set);
char *cpus_mask(const struct cpus *set);

#endif
