/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bulk.h - when a card receives more packets than are worth an interrupt each
 *
 * What the turbo vCPU uses is taken off what the VM has of regular cores
 * (FS_i^R = FS_i - turbo use, 3.1), so interrupts for packets that come close
 * behind each other cost the process that is to read them.  As network cards that
 * moderate their interrupts themselves, and virtio ones do not, this looks at how
 * many there are and how large they are: many large ones are bulk, which gains by
 * fewer interrupts; many small ones are likely requests and answers, which would
 * wait.
 */
#ifndef TURBO_GUEST_BULK_H
#define TURBO_GUEST_BULK_H

#include "moderate.h"

/* Bytes a packet, from here on; and no more bulk below. */
#define TURBO_BULK_SIZE		512
#define TURBO_BULK_SIZE_OFF	256

/* A rate is that of at least so long, in ns. */
#define TURBO_BULK_LOOK_NS	250000000ULL

/* Packets to come while interrupts wait, at most: a NAPI poll takes as many. */
#define TURBO_BULK_PACKETS	64

/* Interrupts wait for less than the longest by a power of two, at most this one. */
#define TURBO_BULK_HALVINGS	4

/**
 * struct turbo_bulk - the state of that decision for a card; all 0 at first
 * @looked_ns: when the counters were last looked at, 0 for never
 * @packets: what they were
 * @bytes: the same
 * @halvings: by how many powers of two interrupts are to wait for less than the
 *	longest, 0 to TURBO_BULK_HALVINGS
 * @on: is it bulk?
 */
struct turbo_bulk {
	u64 looked_ns;
	u64 packets;
	u64 bytes;
	u32 halvings;
	bool on;
};

bool turbo_bulk_step(struct turbo_bulk *b, u64 now_ns, u64 packets, u64 bytes,
		     u32 rate, u32 most_us);
u32 turbo_bulk_wait(const struct turbo_bulk *b, u32 most_us);

#endif /* TURBO_GUEST_BULK_H */
