/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CPUs on the command line
 */
#ifndef TURBOCTL_CORE_H
#define TURBOCTL_CORE_H

#include <stdbool.h>
#include <stdint.h>

#include "cpus.h"

int parse_cpus(const char *text, struct cpus *set);

/* All of them or none; they complain and report themselves. */
int core_add(const struct cpus *add, uint64_t slice_ns, bool isolate);
int core_del(const struct cpus *del);

#endif
