/* SPDX-License-Identifier: GPL-2.0 */
/*
 * buffer.h - how much must be kept while its reader waits for a CPU (3.2)
 *
 * B_min = B_NIC x scheduling delay.  The paper found that 1 Gbit/s and 90 ms,
 * which are 11.25 MB, need about 40 MB, "almost always much larger than B_min":
 * a receive buffer is charged for the memory a packet takes, not for its bytes.
 */
#ifndef TURBO_GUEST_BUFFER_H
#define TURBO_GUEST_BUFFER_H

#include "types.h"

/* 40 MB for 11.25: what a full-sized packet is charged against its bytes. */
#define TURBO_BUFFER_OVERHEAD	4
/* A full-sized Ethernet frame with what is between two of them. */
#define TURBO_BUFFER_FRAME	1538
/* Buffer sizes are ints in the kernel, and some code doubles them. */
#define TURBO_BUFFER_MAX	0x40000000U
/* ... and a queue of a million packets is one of several gigabytes. */
#define TURBO_BACKLOG_MAX	0x100000U

/*
 * What a disk is taken to bring, in Mbit/s, and the most that is read ahead of a
 * reader, of which each file has his own: a part of memory, and bytes.
 */
#define TURBO_AHEAD_MBPS	1000U
#define TURBO_AHEAD_PART	64
#define TURBO_AHEAD_MAX		0x1000000U

u32 turbo_buffer_bytes(u32 link_mbps, u32 delay_us, u64 mem_bytes,
		       u32 mem_percent);
u32 turbo_backlog_packets(u32 link_mbps, u32 delay_us);
u32 turbo_ahead_kb(u32 delay_us, u64 mem_bytes);

#endif /* TURBO_GUEST_BUFFER_H */
