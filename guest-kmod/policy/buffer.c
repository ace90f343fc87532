// SPDX-License-Identifier: GPL-2.0
/*
 * buffer.c - sizes of receive buffers
 */
#include "buffer.h"

/* Bytes that arrive in @delay_us; below 2^61 whatever the arguments are. */
static u64 arriving(u32 link_mbps, u32 delay_us)
{
	/* Mbit/s times us are bits */
	return (u64)link_mbps * delay_us / 8;
}

/**
 * turbo_buffer_bytes - size of a socket's receive buffer
 * @link_mbps: B_NIC, in Mbit/s
 * @delay_us: how long a reader may have to wait for a CPU, in us
 * @mem_bytes: the memory there is
 * @mem_percent: share of it that one socket may take, 0 to 100
 *
 * Return: bytes, at most TURBO_BUFFER_MAX.
 */
u32 turbo_buffer_bytes(u32 link_mbps, u32 delay_us, u64 mem_bytes,
		       u32 mem_percent)
{
	u64 want = arriving(link_mbps, delay_us) * TURBO_BUFFER_OVERHEAD;
	u64 cap = mem_bytes / 100 * (mem_percent < 100 ? mem_percent : 100);

	if (want > cap)
		want = cap;
	return want < TURBO_BUFFER_MAX ? want : TURBO_BUFFER_MAX;
}

/**
 * turbo_backlog_packets - length of a CPU's queue of packets
 * @link_mbps: B_NIC, in Mbit/s
 * @delay_us: how long the CPU may have to wait, in us
 *
 * Return: packets, at most TURBO_BACKLOG_MAX.
 */
u32 turbo_backlog_packets(u32 link_mbps, u32 delay_us)
{
	u64 n = arriving(link_mbps, delay_us) / TURBO_BUFFER_FRAME;

	return n < TURBO_BACKLOG_MAX ? n : TURBO_BACKLOG_MAX;
}

/**
 * turbo_ahead_kb - how far to read ahead of who reads a file
 * @delay_us: how long he may have to wait for a CPU, in us
 * @mem_bytes: the memory there is
 *
 * "It can also benefit disk read if data pre-fetching" is done (5): while the
 * reader waits for a CPU, the disk can bring what has been asked for, and no
 * more than that.
 *
 * Return: KiB, a multiple of 64, at most TURBO_AHEAD_MAX and that part of memory.
 */
u32 turbo_ahead_kb(u32 delay_us, u64 mem_bytes)
{
	u64 want = arriving(TURBO_AHEAD_MBPS, delay_us);

	if (want > mem_bytes / TURBO_AHEAD_PART)
		want = mem_bytes / TURBO_AHEAD_PART;
	if (want > TURBO_AHEAD_MAX)
		want = TURBO_AHEAD_MAX;
	/* in whole pages of any size, else the kernel makes less of it */
	return (u32)(want >> 16) << 6;
}
