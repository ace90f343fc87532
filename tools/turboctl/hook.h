/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Domains of libvirt that run
 */
#ifndef TURBOCTL_HOOK_H
#define TURBOCTL_HOOK_H

/* Puts all that run and ask for it under SCHED_TURBO.  Complains itself. */
void hook_all(void);

#endif
