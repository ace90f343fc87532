/* SPDX-License-Identifier: GPL-2.0 */
/*
 * QEMU's command line, with turbo vCPUs
 */
#ifndef TURBOCTL_SMP_H
#define TURBOCTL_SMP_H

#include "cpus.h"

/* A value for -smp, which the caller frees; NULL, having complained. */
char *smp_grow(const char *smp, unsigned int nr, struct cpus *turbo);

/*
 * The whole command line with @nr turbo vCPUs and the monitor @socket, which
 * the caller frees, as it does each word; NULL, having complained.
 */
char **qemu_line(char **command, unsigned int nr, const char *socket,
		 struct cpus *turbo);
void qemu_line_free(char **line);

#endif
