/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The vCPU threads of a QEMU process
 */
#ifndef TURBOCTL_VCPU_H
#define TURBOCTL_VCPU_H

#include "cpus.h"
#include "tids.h"

/* Complains itself. */
int vcpu_threads(unsigned int pid, const struct cpus *vcpus, struct tids *tids);

#endif
