// SPDX-License-Identifier: GPL-2.0
/*
 * bulk.c - when a card receives more packets than are worth an interrupt each
 */
#include "bulk.h"

#define NS_PER_SEC	1000000000ULL
#define US_PER_SEC	1000000ULL

/* So many a second, 2^32 - 1 at most. */
static u32 rate_of(u64 n, u64 elapsed_ns)
{
	u64 rate;

	if (n > ~0ULL / NS_PER_SEC)
		return ~0U;
	rate = n * NS_PER_SEC / elapsed_ns;
	return rate < ~0U ? rate : ~0U;
}

/* Do no more than so many come while interrupts wait? */
static bool fits(u32 rate, u32 wait_us, u32 n)
{
	return (u64)rate * wait_us <= n * US_PER_SEC;
}

/* @rate: of packets, or what as large ones they would be */
static void choose_wait(struct turbo_bulk *b, u32 rate, u32 most_us)
{
	while (b->halvings < TURBO_BULK_HALVINGS &&
	       !fits(rate, most_us >> b->halvings, TURBO_BULK_PACKETS))
		b->halvings++;
	/* not back and forth for a rate that is about as large as fits */
	while (b->halvings &&
	       fits(rate, most_us >> (b->halvings - 1), TURBO_BULK_PACKETS / 2))
		b->halvings--;
}

/**
 * turbo_bulk_wait - how long a card's interrupts are to wait
 * @b: the state
 * @most_us: the longest, in us
 *
 * Return: in us, not 0 unless @most_us is; 0 if it is no bulk.
 */
u32 turbo_bulk_wait(const struct turbo_bulk *b, u32 most_us)
{
	u32 us = most_us >> b->halvings;

	if (!b->on)
		return 0;
	return us || !most_us ? us : 1;
}

static void begin(struct turbo_bulk *b, u64 now_ns, u32 parts)
{
	/* what was none a while ago is forgotten */
	if (now_ns - b->retry_ns > TURBO_BULK_AGAIN)
		b->hold_ns = 0;
	b->on = true;
	b->low = false;
	b->began_ns = now_ns;
	b->before = parts;
	b->halvings = 0;
}

static void was_none(struct turbo_bulk *b, u64 now_ns)
{
	if (!b->hold_ns)
		b->hold_ns = TURBO_BULK_HOLD;
	else if (b->hold_ns < TURBO_BULK_HOLD_MAX)
		b->hold_ns *= 2;
	b->retry_ns = now_ns + b->hold_ns;
	b->on = false;
}

/* The first look since it began: is it less because interrupts wait? */
static void compare(struct turbo_bulk *b, u64 now_ns, u32 parts, u32 most_us)
{
	bool less = (u64)parts * 4 < (u64)b->before * 3;

	b->before = 0;
	if (!less)
		b->hold_ns = 0;
	else if (fits(parts, 2 * turbo_bulk_wait(b, most_us), 1))
		b->on = false;	/* who waits gets one each time: it has ended */
	else
		was_none(b, now_ns);
}

/**
 * turbo_bulk_due - is it time to look?
 * @b: the state
 * @now_ns: the time, monotonic, in ns
 *
 * A step before does nothing.
 */
bool turbo_bulk_due(const struct turbo_bulk *b, u64 now_ns)
{
	return !b->looked_ns || now_ns - b->looked_ns >= TURBO_BULK_LOOK_NS;
}

/**
 * turbo_bulk_step - look at what a card has received since
 * @b: the state
 * @now_ns: the time, monotonic, in ns, not 0
 * @packets: how many it has received in all
 * @bytes: how many bytes that was
 * @rate: from so many packets a second on it may be bulk; up to half of that it is
 *	none any longer; 1 to 2^31
 * @most_us: the longest that interrupts may wait, in us, 2^30 at most
 * @wait_anyway: they wait as long or longer for another reason: nothing can be learned
 *	from that, so nothing begins
 *
 * To be called about once a second; more often does no harm.
 *
 * Return: is it bulk?
 */
bool turbo_bulk_step(struct turbo_bulk *b, u64 now_ns, u64 packets, u64 bytes,
		     u32 rate, u32 most_us, bool wait_anyway)
{
	u64 elapsed = now_ns - b->looked_ns;
	u64 more = packets - b->packets, more_bytes = bytes - b->bytes;
	/* a driver may begin to count anew, and then nothing is known */
	bool unknown = !b->looked_ns || packets < b->packets || bytes < b->bytes;
	u64 size = more ? more_bytes / more : 0;
	u32 now, parts;
	bool low;

	if (!turbo_bulk_due(b, now_ns))
		return b->on;
	b->looked_ns = now_ns;
	b->packets = packets;
	b->bytes = bytes;
	if (unknown)
		return b->on;
	now = rate_of(more, elapsed);
	parts = rate_of(more_bytes / TURBO_BULK_BUFFER, elapsed);
	parts = now > parts ? now : parts;
	low = parts <= rate / 2 || size < TURBO_BULK_SIZE_OFF;
	if (!b->on) {
		if (!wait_anyway && now_ns >= b->retry_ns &&
		    now >= rate && size >= TURBO_BULK_SIZE)
			begin(b, now_ns, parts);
	} else if (b->before && wait_anyway) {
		b->on = false;
	} else if (b->before) {
		compare(b, now_ns, parts, most_us);
		b->low = low;
	} else {
		if ((low && b->low) ||
		    (!wait_anyway && now_ns - b->began_ns >= TURBO_BULK_ANEW))
			b->on = false;
		b->low = low;
	}
	if (b->on)
		choose_wait(b, parts, most_us);
	return b->on;
}
