// SPDX-License-Identifier: GPL-2.0
/*
 * ring.c - a tracepoint on one CPU, read through perf's ring buffer
 */
#include <err.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "ring.h"

/* A record of PERF_SAMPLE_TIME | PERF_SAMPLE_RAW. */
struct sample {
	struct perf_event_header header;
	uint64_t time;
	uint32_t size;
	char raw[];
} __attribute__((packed));

struct lost {
	struct perf_event_header header;
	uint64_t id;
	uint64_t lost;
};

void ring_open(struct ring *ring, uint64_t tracepoint, unsigned int cpu,
	       size_t bytes, const char *filter)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = tracepoint,
		.sample_period = 1,
		.sample_type = PERF_SAMPLE_TIME | PERF_SAMPLE_RAW,
		.read_format = PERF_FORMAT_LOST,
		.disabled = 1,
		.use_clockid = 1,
		.clockid = CLOCK_MONOTONIC,
		/* As seldom as possible: nobody waits for the wake-up. */
		.watermark = 1,
		.wakeup_watermark = UINT32_MAX,
	};
	long page = sysconf(_SC_PAGESIZE);

	memset(ring, 0, sizeof(*ring));
	ring->cpu = cpu;
	ring->data_size = bytes;
	ring->fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
	if (ring->fd < 0)
		err(1, "perf_event_open on CPU %u", cpu);
	if (filter && ioctl(ring->fd, PERF_EVENT_IOC_SET_FILTER, filter))
		err(1, "filter '%s'", filter);
	ring->map = mmap(NULL, page + bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
			 ring->fd, 0);
	if (ring->map == MAP_FAILED)
		err(1, "a buffer of %zu bytes for CPU %u", bytes, cpu);
}

void ring_start(struct ring *ring)
{
	if (ioctl(ring->fd, PERF_EVENT_IOC_ENABLE, 0))
		err(1, "PERF_EVENT_IOC_ENABLE");
}

void ring_stop(struct ring *ring)
{
	if (ioctl(ring->fd, PERF_EVENT_IOC_DISABLE, 0))
		err(1, "PERF_EVENT_IOC_DISABLE");
}

/* Copies out, since a record may go on at the start of the buffer. */
static void copy_out(const struct ring *ring, uint64_t at, void *to, size_t size)
{
	const char *data = ring->map + sysconf(_SC_PAGESIZE);
	size_t start = at & (ring->data_size - 1);
	size_t first = ring->data_size - start;

	if (first > size)
		first = size;
	memcpy(to, data + start, first);
	memcpy((char *)to + first, data, size - first);
}

void ring_drain(struct ring *ring, ring_record_fn *record, void *arg)
{
	struct perf_event_mmap_page *page = (void *)ring->map;
	uint64_t head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);
	uint64_t at = page->data_tail;
	/* The header's size has 16 bits. */
	static char buffer[UINT16_MAX] __attribute__((aligned(8)));
	const struct sample *sample = (const void *)buffer;
	const struct lost *lost = (const void *)buffer;

	while (at < head) {
		copy_out(ring, at, buffer, sizeof(sample->header));
		copy_out(ring, at, buffer, sample->header.size);
		at += sample->header.size;
		if (sample->header.type == PERF_RECORD_SAMPLE)
			record(arg, ring, sample->time, sample->raw, sample->size);
		else if (sample->header.type == PERF_RECORD_LOST)
			ring->lost += lost->lost;
	}
	__atomic_store_n(&page->data_tail, at, __ATOMIC_RELEASE);
}

uint64_t ring_lost(struct ring *ring)
{
	struct {
		uint64_t count;
		uint64_t lost;
	} now;

	/* Losses at the very end have no record after them that tells. */
	if (read(ring->fd, &now, sizeof(now)) == sizeof(now) && now.lost > ring->lost)
		ring->lost = now.lost;
	return ring->lost;
}

void ring_close(struct ring *ring)
{
	munmap(ring->map, sysconf(_SC_PAGESIZE) + ring->data_size);
	close(ring->fd);
}
