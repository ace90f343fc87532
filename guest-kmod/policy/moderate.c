// SPDX-License-Identifier: GPL-2.0
/*
 * moderate.c - when a guest takes more than its processes can read
 */
#include "moderate.h"

#define NS_PER_SEC	1000000000ULL

/* Were there that many a second?  A million in a nanosecond are no overflow. */
static bool faster(u64 drops, u64 elapsed_ns, u64 per_second)
{
	if (drops > ~0ULL / NS_PER_SEC)
		return true;
	return drops * NS_PER_SEC / per_second >= elapsed_ns;
}

static void begin(struct turbo_moderate *m, u64 now_ns)
{
	bool again = m->ended_ns &&
		     now_ns - m->ended_ns <= TURBO_MODERATE_AGAIN;

	if (!again) {
		m->hold_ns = TURBO_MODERATE_HOLD;
		m->doublings = 0;
	} else if (m->hold_ns < TURBO_MODERATE_HOLD_MAX) {
		m->hold_ns *= 2;
	}
	m->on = true;
	m->dropped_ns = now_ns;
}

/* It was not enough: half of what was taken was dropped, or more. */
static void longer(struct turbo_moderate *m, u64 drops, u64 taken)
{
	u32 most = TURBO_MODERATE_DOUBLINGS;

	/*
	 * They did not come by the cards, or those have lost count.  The two are not
	 * counted at quite the same time.
	 */
	if (drops - drops / 8 > taken)
		most = TURBO_MODERATE_UNKNOWN;
	if (m->doublings < most && drops >= taken / 2)
		m->doublings++;
	if (m->doublings < most && drops >= taken - taken / 4)
		m->doublings++;
}

/**
 * turbo_moderate_due - is it time for turbo_moderate_step()?
 * @m: the state
 * @now_ns: the time, monotonic, in ns
 * @drops: how many packets have been dropped in all
 *
 * A rate is that of a while: one drop in a millisecond is not 1000 a second.
 *
 * Return: if not, that will do nothing.
 */
bool turbo_moderate_due(const struct turbo_moderate *m, u64 now_ns, u64 drops)
{
	u64 elapsed = now_ns - m->looked_ns;

	if (m->on)
		return elapsed >= NS_PER_SEC;
	return drops - m->drops >= TURBO_MODERATE_LOOK ||
	       elapsed >= TURBO_MODERATE_LOOK_NS;
}

/**
 * turbo_moderate_step - look at what has been dropped since
 * @m: the state
 * @now_ns: the time, monotonic, in ns
 * @drops: how many packets have been dropped in all
 * @packets: how many the cards have taken in all; matters only if it is due
 *
 * To be called when TURBO_MODERATE_LOOK more have been dropped, and while it
 * says yes about once a second.  More often does no harm.
 *
 * Return: are interrupts to be moderated from now on?
 */
bool turbo_moderate_step(struct turbo_moderate *m, u64 now_ns, u64 drops,
			 u64 packets)
{
	u64 elapsed = now_ns - m->looked_ns;
	u64 more = drops - m->drops;
	/* a card that has gone takes its counter along */
	u64 taken = packets > m->packets ? packets - m->packets : 0;

	if (!turbo_moderate_due(m, now_ns, drops))
		return m->on;
	m->looked_ns = now_ns;
	m->drops = drops;
	m->packets = packets;
	if (!m->on) {
		/* a few in no time at all are none to speak of */
		if (more >= TURBO_MODERATE_LOOK &&
		    faster(more, elapsed, TURBO_MODERATE_ON))
			begin(m, now_ns);
		return m->on;
	}
	if (more && faster(more, elapsed, TURBO_MODERATE_OFF)) {
		m->dropped_ns = now_ns;
		if (faster(more, elapsed, TURBO_MODERATE_ON))
			longer(m, more, taken);
	} else if (now_ns - m->dropped_ns >= m->hold_ns) {
		m->on = false;
		m->ended_ns = now_ns;
	}
	return m->on;
}

/**
 * turbo_moderate_wait - how long interrupts are to wait while they are moderated
 * @m: the state
 * @least: the shortest that is of use, in any unit, less than 2^28
 *
 * Return: in that unit.
 */
u32 turbo_moderate_wait(const struct turbo_moderate *m, u32 least)
{
	return least << m->doublings;
}
