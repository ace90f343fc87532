/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The system calls that the tests put others in place of
 */
#ifndef TURBOCTL_SYS_H
#define TURBOCTL_SYS_H

#include <sys/types.h>

#include "cpus.h"

/* All return a negative errno on failure. */
int sys_open_device(void);
int sys_ioctl(int fd, unsigned long request, void *arg);
int sys_getaffinity(pid_t tid, struct cpus *set);
int sys_setaffinity(pid_t tid, const struct cpus *set);

#endif
