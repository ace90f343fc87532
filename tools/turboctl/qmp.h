/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The vCPU threads of a QEMU process, by its monitor
 */
#ifndef TURBOCTL_QMP_H
#define TURBOCTL_QMP_H

#include <sys/types.h>

#include "cpus.h"
#include "tids.h"

/*
 * Complains itself.  @child: a child that is just starting and will have the
 * socket, or 0; @pid: out: the process.
 */
int qmp_threads(const char *socket, const struct cpus *vcpus, pid_t child,
		struct tids *tids, pid_t *pid);

#endif
