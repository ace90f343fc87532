// SPDX-License-Identifier: GPL-2.0
/*
 * report.c - what a micro guest did, as lines of JSON
 */
#include <err.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "../../numbers/stats.h"
#include "report.h"

void snapshot_take(struct snapshot *s, struct microvm *vm, const struct irqsource *irqs)
{
	struct timespec ts;
	unsigned int i;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	s->monotonic_ns = ts.tv_sec * 1000000000ULL + ts.tv_nsec;
	/* The guests go on meanwhile: quick things first. */
	for (i = 0; i < vm->nr_vcpus; i++) {
		struct micro_share *share = vm->vcpus[i].share;

		s->vcpus[i].share.count = share_read(share, count);
		s->vcpus[i].share.jobs = share_read(share, jobs);
		s->vcpus[i].share.irqs = share_read(share, irqs);
		s->vcpus[i].share.overruns = share_read(share, overruns);
		s->vcpus[i].missed = irqs ? irqs->missed[i] : 0;
	}
	for (i = 0; i < vm->nr_vcpus; i++)
		thread_account(vm->vcpus[i].thread, vm->vcpus[i].tid,
			       &s->vcpus[i].account);
}

static void publish(const char *line, const char *status)
{
	char temp[PATH_MAX];
	FILE *f;

	fputs(line, stdout);
	fflush(stdout);
	if (!status)
		return;
	/* A reader finds the old line or the new one, never half of one. */
	snprintf(temp, sizeof(temp), "%s.%d", status, getpid());
	f = fopen(temp, "w");
	if (!f || fputs(line, f) == EOF || fclose(f) || rename(temp, status))
		err(1, "%s", status);
}

static FILE *line_open(char **line)
{
	static size_t size;
	FILE *f = open_memstream(line, &size);

	if (!f)
		err(1, "open_memstream");
	return f;
}

/* @line is set only when its stream is closed, hence the pointer. */
static void line_close(FILE *f, char **line, const char *status)
{
	fputs("]}\n", f);
	if (fclose(f))
		err(1, "a line of JSON");
	publish(*line, status);
	free(*line);
}

void report_running(struct microvm *vm, const char *mode, const char *status)
{
	unsigned int i;
	char *line;
	FILE *f = line_open(&line);

	fprintf(f, "{\"event\":\"running\",\"pid\":%d,\"mode\":\"%s\",\"tsc_khz\":%u,\"vcpus\":[",
		getpid(), mode, vm->tsc_khz);
	for (i = 0; i < vm->nr_vcpus; i++)
		fprintf(f, "%s{\"index\":%u,\"tid\":%d,\"slice_ns\":%" PRIu64 "}",
			i ? "," : "", i, vm->vcpus[i].tid, thread_slice(vm->vcpus[i].tid));
	line_close(f, &line, status);
}

/* Interrupts from number @from to before @to that the ring still has. */
static void put_latencies(FILE *f, struct microvcpu *vcpu, uint64_t from, uint64_t to)
{
	const uint64_t *ring = microvcpu_ring(vcpu);
	struct stats latencies = { 0 };

	if (to - from > VCPU_RING_ENTRIES)
		from = to - VCPU_RING_ENTRIES;
	for (; from < to; from++) {
		/* The kernel may fire a timer a hair before its time. */
		int64_t late = ring[from % VCPU_RING_ENTRIES];

		stats_add(&latencies, late > 0 ? microvm_tsc_to_ns(vcpu->vm, late) : 0);
	}
	stats_json(&latencies, f);
	stats_free(&latencies);
}

void report_counts(const char *event, struct microvm *vm, const struct snapshot *from,
		   const struct snapshot *to, const char *status)
{
	unsigned int i;
	char *line;
	FILE *f = line_open(&line);

	fprintf(f, "{\"event\":\"%s\",\"pid\":%d,\"seconds\":%.6f,\"vcpus\":[", event,
		getpid(), (to->monotonic_ns - from->monotonic_ns) / 1e9);

#define PUT(name, member) \
	fprintf(f, ",\"" name "\":%" PRIu64, to->vcpus[i].member - from->vcpus[i].member)

	for (i = 0; i < vm->nr_vcpus; i++) {
		fprintf(f, "%s{\"index\":%u,\"tid\":%d", i ? "," : "", i, vm->vcpus[i].tid);
		PUT("count", share.count);
		PUT("run_ns", account.run_ns);
		PUT("wait_ns", account.wait_ns);
		PUT("switches", account.switches);
		PUT("voluntary", account.voluntary);
		PUT("involuntary", account.involuntary);
		PUT("jobs", share.jobs);
		PUT("overruns", share.overruns);
		PUT("irqs", share.irqs);
		PUT("missed", missed);
		fprintf(f, ",\"irq_latency_ns\":");
		put_latencies(f, &vm->vcpus[i], from->vcpus[i].share.irqs,
			      to->vcpus[i].share.irqs);
		fputc('}', f);
	}
#undef PUT
	line_close(f, &line, status);
}
