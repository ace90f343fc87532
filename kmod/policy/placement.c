// SPDX-License-Identifier: GPL-2.0
/*
 * placement.c - which turbo core a thread goes to (vTurbo 3.1)
 */
#include "placement.h"

/* Of two cores that are about as loaded: is @a a better home than @b? */
static bool better(const struct turbo_place_core *a,
		   const struct turbo_place_core *b)
{
	if (a->near != b->near)
		return a->near;
	if (a->nr != b->nr)
		return a->nr < b->nr;
	return a->load < b->load;
}

/*
 * May a thread of @demand go from core @from to core @to?  One that has no
 * core, @from being -1, may go to any.
 */
static bool eligible(const struct turbo_place_core *core, int from, int to,
		     u32 demand)
{
	bool nearer;

	if (from < 0)
		return true;
	nearer = core[to].near && !core[from].near;
	return to != from &&
	       core[from].load >= core[to].load + demand +
				  (nearer ? 0 : TURBO_DEMAND_SLACK + 1);
}

/*
 * The best of the eligible cores that are about as loaded as the least loaded
 * one of them.  Compared with that one and not with each other: else a few
 * small differences would add up to a large one.
 */
static int choose(const struct turbo_place_core *core, int nr_cores, int from,
		  u32 demand)
{
	int i, least = -1, best = -1;

	for (i = 0; i < nr_cores; i++)
		if (eligible(core, from, i, demand) &&
		    (least < 0 || core[i].load < core[least].load))
			least = i;
	for (i = 0; i < nr_cores; i++)
		if (eligible(core, from, i, demand) &&
		    core[i].load - core[least].load <= TURBO_DEMAND_SLACK &&
		    (best < 0 || better(&core[i], &core[best])))
			best = i;
	return best;
}

/**
 * turbo_place - choose the turbo core for a thread that has none
 * @core: the turbo cores
 * @nr_cores: how many
 *
 * Return: index of the core, or -1 if there is none.
 */
int turbo_place(const struct turbo_place_core *core, int nr_cores)
{
	return choose(core, nr_cores, -1, 0);
}

/**
 * turbo_place_better - would a thread do better elsewhere?
 * @core: the turbo cores, their loads with the thread where it is
 * @nr_cores: how many
 * @from: index of the thread's core
 * @demand: the thread's own demand, see turbo_demand()
 *
 * With the thread, the other core must be less loaded than its own is now, by
 * more than the noise; or no more loaded, and near its VM.  So two threads
 * never swap places for ever.
 *
 * Return: index of the core to move to, or -1 to stay.
 */
int turbo_place_better(const struct turbo_place_core *core, int nr_cores,
		       int from, u32 demand)
{
	return choose(core, nr_cores, from, demand);
}

/**
 * turbo_demand - how much of a core a thread wanted
 * @run_ns: time it ran in the window
 * @wait_ns: time it was runnable and waited
 * @window_ns: length of the window
 *
 * Return: 0 to TURBO_DEMAND_ONE.
 */
u32 turbo_demand(u64 run_ns, u64 wait_ns, u64 window_ns)
{
	u64 want = run_ns + wait_ns;

	if (!window_ns || want < run_ns || want >= window_ns)
		return TURBO_DEMAND_ONE;
	/* shift both until the product fits; 2^53 ns is a hundred days */
	while (want >> 53) {
		want >>= 1;
		window_ns >>= 1;
	}
	return (u32)(want * TURBO_DEMAND_ONE / window_ns);
}
