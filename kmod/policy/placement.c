// SPDX-License-Identifier: GPL-2.0
/*
 * placement.c - which turbo core a thread goes to (vTurbo 3.1)
 */
#include "placement.h"

/* Is core @a a better home than core @b? */
static bool better(const struct turbo_place_core *a,
		   const struct turbo_place_core *b)
{
	u64 hi = a->load > b->load ? a->load : b->load;
	u64 lo = a->load > b->load ? b->load : a->load;

	if (hi - lo > TURBO_DEMAND_SLACK)
		return a->load < b->load;
	if (a->near != b->near)
		return a->near;
	if (a->nr != b->nr)
		return a->nr < b->nr;
	return a->load < b->load;
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
	int i, best = -1;

	for (i = 0; i < nr_cores; i++)
		if (best < 0 || better(&core[i], &core[best]))
			best = i;
	return best;
}

/**
 * turbo_place_better - would a thread do better elsewhere?
 * @core: the turbo cores, their loads with the thread where it is
 * @nr_cores: how many
 * @from: index of the thread's core
 * @demand: the thread's own demand, see turbo_demand()
 *
 * A move must lower the larger of the two loads by more than the noise, or
 * keep them as they are and bring the thread near its VM.  So two threads
 * never swap places for ever.
 *
 * Return: index of the core to move to, or -1 to stay.
 */
int turbo_place_better(const struct turbo_place_core *core, int nr_cores,
		       int from, u32 demand)
{
	int i, best = -1;

	for (i = 0; i < nr_cores; i++) {
		bool nearer = core[i].near && !core[from].near;
		u64 need = nearer ? 0 : TURBO_DEMAND_SLACK + 1;

		if (i == from || core[from].load < core[i].load + demand + need)
			continue;
		if (best < 0 || better(&core[i], &core[best]))
			best = i;
	}
	return best;
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
