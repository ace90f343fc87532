/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bulk.h - when a card receives more packets than are worth an interrupt each
 *
 * What the turbo vCPU uses is taken off what the VM has of regular cores
 * (FS_i^R = FS_i - turbo use, 3.1), so interrupts for packets that come close
 * behind each other cost the process that is to read them.  Network cards moderate
 * their interrupts themselves, and virtio ones mostly do not.  So this looks at how
 * many packets there are and how large they are: many large ones are bulk, which
 * gains by fewer interrupts.  Many small ones are likely requests and answers, which
 * would wait.  Large answers of which each has its request look like bulk, and are
 * found out: if fewer come as soon as interrupts wait, they were waited for.
 */
#ifndef TURBO_GUEST_BULK_H
#define TURBO_GUEST_BULK_H

#include "moderate.h"

/* Bytes a packet, from here on; and no more bulk below. */
#define TURBO_BULK_SIZE		512
#define TURBO_BULK_SIZE_OFF	256

/* A rate is that of at least so long, in ns.  It takes two low ones to end it. */
#define TURBO_BULK_LOOK_NS	750000000ULL

/*
 * If in the first one there are less than three quarters of what there were, it was
 * none.  It is not tried again for as long, and if it is none again soon after that for
 * twice as long; and it is tried anew now and then, as it may have become what is none.
 */
#define TURBO_BULK_HOLD		1000000000ULL
#define TURBO_BULK_HOLD_MAX	64000000000ULL
#define TURBO_BULK_AGAIN	10000000000ULL
#define TURBO_BULK_ANEW		32000000000ULL

/*
 * Packets to come while interrupts wait, at most: a NAPI poll takes as many.  What is
 * larger than most networks' packets, as the host has put it together, takes almost as
 * many of the ring's buffers as those would, and counts as that.
 */
#define TURBO_BULK_PACKETS	64
#define TURBO_BULK_BUFFER	1536

/* Interrupts wait for less than the longest by a power of two, at most this one. */
#define TURBO_BULK_HALVINGS	4

/**
 * struct turbo_bulk - the state of that decision for a card; all 0 at first
 * @looked_ns: when the counters were last looked at, 0 for never
 * @packets: what they were
 * @bytes: the same
 * @began_ns: when it began
 * @retry_ns: it was none, and is not to be tried before
 * @hold_ns: how long that was, 0 if the last one was bulk
 * @before: packets, or parts, a second when it began; 0 once they have been compared
 * @halvings: by how many powers of two interrupts are to wait for less than the
 *	longest, 0 to TURBO_BULK_HALVINGS
 * @low: the last look would end it
 * @on: is it bulk?
 */
struct turbo_bulk {
	u64 looked_ns;
	u64 packets;
	u64 bytes;
	u64 began_ns;
	u64 retry_ns;
	u64 hold_ns;
	u32 before;
	u32 halvings;
	bool low;
	bool on;
};

bool turbo_bulk_due(const struct turbo_bulk *b, u64 now_ns);
bool turbo_bulk_step(struct turbo_bulk *b, u64 now_ns, u64 packets, u64 bytes,
		     u32 rate, u32 most_us, bool wait_anyway);
u32 turbo_bulk_wait(const struct turbo_bulk *b, u32 most_us);

#endif /* TURBO_GUEST_BULK_H */
