/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /etc/sched_turbo.conf
 */
#ifndef TURBOCTL_CONF_H
#define TURBOCTL_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "cpus.h"

#define CONF_FILE	"/etc/sched_turbo.conf"

/**
 * struct conf - what it says; see sched_turbo.conf(5)
 * @cores: turbo cores
 * @slice_ns: their slice, 0 for the default
 * @isolate: keep everything else off them
 * @period_ns: how often shares are computed, 0 for the default
 * @policy: load sched_turbo_policy, too
 * @strict: a VM that can't have what it asks for is not started
 */
struct conf {
	struct cpus cores;
	uint64_t slice_ns;
	bool isolate;
	uint64_t period_ns;
	bool policy;
	bool strict;
};

/* Complains itself; without a file, all is as by default. */
int conf_read(struct conf *conf);

/* The turbo cores of this machine: those there are, or else are to be. */
int conf_turbo_cores(struct cpus *cores);

#endif
