// SPDX-License-Identifier: GPL-2.0
/*
 * bulk.c - when a card receives more packets than are worth an interrupt each
 */
#include "bulk.h"

#define NS_PER_SEC	1000000000ULL
#define US_PER_SEC	1000000ULL

/* Packets a second, 2^32 - 1 at most. */
static u32 rate_of(u64 packets, u64 elapsed_ns)
{
	u64 rate;

	if (packets > ~0ULL / NS_PER_SEC)
		return ~0U;
	rate = packets * NS_PER_SEC / elapsed_ns;
	return rate < ~0U ? rate : ~0U;
}

/* Do no more than so many packets come while interrupts wait? */
static bool fits(u32 rate, u32 wait_us, u32 packets)
{
	return (u64)rate * wait_us <= packets * US_PER_SEC;
}

/**
 * turbo_bulk_step - look at what a card has received since
 * @b: the state
 * @now_ns: the time, monotonic, in ns, not 0
 * @packets: how many it has received in all
 * @bytes: how many bytes that was
 * @rate: from so many packets a second on it may be bulk; up to half of that it is
 *	none any longer; 1 to 2^31
 * @most_us: the longest that interrupts may wait, in us, 2^31 at most
 *
 * To be called about once a second; more often does no harm.
 *
 * Return: is it bulk?
 */
bool turbo_bulk_step(struct turbo_bulk *b, u64 now_ns, u64 packets, u64 bytes,
		     u32 rate, u32 most_us)
{
	u64 elapsed = now_ns - b->looked_ns;
	u64 more = packets - b->packets, size;
	bool first = !b->looked_ns;
	u32 now;

	if (!first && elapsed < TURBO_BULK_LOOK_NS)
		return b->on;
	/* a driver may begin to count anew, and then nothing is known */
	first |= packets < b->packets || bytes < b->bytes;
	size = more ? (bytes - b->bytes) / more : 0;
	b->looked_ns = now_ns;
	b->packets = packets;
	b->bytes = bytes;
	if (first)
		return b->on;
	now = rate_of(more, elapsed);
	if (b->on)
		b->on = now > rate / 2 && size >= TURBO_BULK_SIZE_OFF;
	else
		b->on = now >= rate && size >= TURBO_BULK_SIZE;
	if (!b->on) {
		b->halvings = 0;
		return false;
	}
	while (b->halvings < TURBO_BULK_HALVINGS &&
	       !fits(now, most_us >> b->halvings, TURBO_BULK_PACKETS))
		b->halvings++;
	/* not back and forth for a rate that is about as large as fits */
	while (b->halvings &&
	       fits(now, most_us >> (b->halvings - 1), TURBO_BULK_PACKETS / 2))
		b->halvings--;
	return true;
}

/**
 * turbo_bulk_wait - how long a card's interrupts are to wait
 * @b: the state
 * @most_us: the longest, in us
 *
 * Return: in us; 0 if it is no bulk.
 */
u32 turbo_bulk_wait(const struct turbo_bulk *b, u32 most_us)
{
	return b->on ? most_us >> b->halvings : 0;
}
