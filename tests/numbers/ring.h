/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ring.h - a tracepoint on one CPU, read through perf's ring buffer
 *
 * Meant for measuring: records carry the time (CLOCK_MONOTONIC) and the raw
 * fields, nobody is woken when some arrive, and a record that was lost is an
 * error at the end rather than a gap in the data.
 */
#ifndef NUMBERS_RING_H
#define NUMBERS_RING_H

#include <stddef.h>
#include <stdint.h>

struct ring {
	int fd;
	unsigned int cpu;
	char *map;
	size_t data_size;
	uint64_t lost;
};

/* Called for each record; @raw is laid out as the tracepoint's format says. */
typedef void ring_record_fn(void *arg, const struct ring *ring, uint64_t time,
			    const void *raw, size_t size);

/*
 * Opens @tracepoint on @cpu with a buffer of @bytes (a power of two), not yet
 * recording.  @filter may be NULL or a tracefs filter, "pid == 7".
 */
void ring_open(struct ring *ring, uint64_t tracepoint, unsigned int cpu,
	       size_t bytes, const char *filter);

void ring_start(struct ring *ring);
void ring_stop(struct ring *ring);

/* Takes out what has been recorded since the last call. */
void ring_drain(struct ring *ring, ring_record_fn *record, void *arg);

/* Records lost so far. */
uint64_t ring_lost(struct ring *ring);

void ring_close(struct ring *ring);

#endif /* NUMBERS_RING_H */
