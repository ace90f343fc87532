/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CPUs on the command line
 */
#ifndef TURBOCTL_CORE_H
#define TURBOCTL_CORE_H

#include "cpus.h"

int parse_cpus(const char *text, struct cpus *set);

#endif
