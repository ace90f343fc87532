/* SPDX-License-Identifier: GPL-2.0 */
/*
 * moderate.h - when a guest takes more than its processes can read
 *
 * The turbo vCPU takes packets whether or not the process that is to read them
 * gets a regular core, and what it uses is taken off what the VM has of those
 * (FS_i^R = FS_i - turbo use, 3.1).  If packets are dropped because their reader
 * does not come to read them, that is livelock, as in Mogul and Ramakrishnan,
 * "Eliminating receive livelock in an interrupt-driven kernel" (1996), and the
 * cure is theirs: take fewer interrupts and more packets at each.
 */
#ifndef TURBO_GUEST_MODERATE_H
#define TURBO_GUEST_MODERATE_H

#include "types.h"

/* Packets dropped in a second: from here on, and no more than that any longer. */
#define TURBO_MODERATE_ON	1000
#define TURBO_MODERATE_OFF	100

/* So many dropped are worth a look; and how long that takes at the first rate, in ns. */
#define TURBO_MODERATE_LOOK	128
#define TURBO_MODERATE_LOOK_NS	(TURBO_MODERATE_LOOK * 1000000000ULL / TURBO_MODERATE_ON)

/*
 * How long it lasts at least without drops, in ns.  If packets are dropped again
 * within some time after it has ended, as soon as the socket's buffer is full, it
 * was the moderation that helped: the next one lasts twice as long, up to a limit.
 */
#define TURBO_MODERATE_HOLD	1000000000ULL
#define TURBO_MODERATE_HOLD_MAX	32000000000ULL
#define TURBO_MODERATE_AGAIN	10000000000ULL

/*
 * If as many are dropped all the same, and they are half of what the cards took or more,
 * interrupts wait twice as long, and where they are three quarters four times, up to 2 to
 * the power of this.  More come at once then, and once the host's queue is full before
 * the card is looked at, what nobody will read is dropped there, which costs nothing here.
 * Up to the second where it is not known what they are a part of.
 */
#define TURBO_MODERATE_DOUBLINGS	4
#define TURBO_MODERATE_UNKNOWN		2

/**
 * struct turbo_moderate - the state of that decision; all 0 at first
 * @looked_ns: since when drops are counted
 * @drops: how many had been dropped in all by then
 * @packets: how many had been taken in all by then
 * @dropped_ns: when there were last more than few
 * @ended_ns: when moderation last ended, 0 for never
 * @hold_ns: how long it lasts without drops
 * @doublings: how often the wait has been doubled, 0 to TURBO_MODERATE_DOUBLINGS
 * @on: are interrupts to be moderated?
 */
struct turbo_moderate {
	u64 looked_ns;
	u64 drops;
	u64 packets;
	u64 dropped_ns;
	u64 ended_ns;
	u64 hold_ns;
	u32 doublings;
	bool on;
};

bool turbo_moderate_due(const struct turbo_moderate *m, u64 now_ns, u64 drops);
bool turbo_moderate_step(struct turbo_moderate *m, u64 now_ns, u64 drops,
			 u64 packets);
u32 turbo_moderate_wait(const struct turbo_moderate *m, u32 least);

#endif /* TURBO_GUEST_MODERATE_H */
