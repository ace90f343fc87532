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
