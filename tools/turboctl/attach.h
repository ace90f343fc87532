/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Putting threads under SCHED_TURBO
 */
#ifndef TURBOCTL_ATTACH_H
#define TURBOCTL_ATTACH_H

#include <stdint.h>

#include "tids.h"

/* All of them or none.  Returns the exit code, complains and reports itself. */
int attach_threads(const struct tids *tids, uint64_t slice_ns);

#endif
