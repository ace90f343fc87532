/* SPDX-License-Identifier: GPL-2.0 */
/*
 * placement.h - which turbo core a thread goes to (vTurbo 3.1)
 *
 * The paper assigns turbo cores at random and names cache affinity as the
 * better way; here the runnable load decides first and the last-level cache
 * decides between cores that are about as loaded.  Pure: the caller gathers
 * the loads and carries the moves out.
 */
#ifndef SCHED_TURBO_PLACEMENT_H
#define SCHED_TURBO_PLACEMENT_H

#include "types.h"

/* One thread that wants a core all the time has this much demand. */
#define TURBO_DEMAND_ONE	1024

/* Loads closer than this are the same: less is noise of the measurement. */
#define TURBO_DEMAND_SLACK	(TURBO_DEMAND_ONE / 8)

/**
 * struct turbo_place_core - a turbo core as placement sees it
 * @load: sum of the demand of the threads on it, TURBO_DEMAND_ONE a thread
 *        that always wants to run
 * @nr: threads on it
 * @near: shares its last-level cache (or, failing that, its NUMA node) with
 *        the regular cores of the VM that is being placed
 */
struct turbo_place_core {
	u64 load;
	u32 nr;
	bool near;
};

int turbo_place(const struct turbo_place_core *core, int nr_cores);
int turbo_place_better(const struct turbo_place_core *core, int nr_cores,
		       int from, u32 demand);
u32 turbo_demand(u64 run_ns, u64 wait_ns, u64 window_ns);

#endif /* SCHED_TURBO_PLACEMENT_H */
