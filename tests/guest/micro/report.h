/* SPDX-License-Identifier: GPL-2.0 */
/*
 * report.h - what a micro guest did, as lines of JSON
 */
#ifndef MICRO_REPORT_H
#define MICRO_REPORT_H

#include "irqsource.h"
#include "microvm.h"
#include "threadattr.h"

/* All counters of a VM at one moment. */
struct snapshot {
	uint64_t monotonic_ns;
	struct {
		struct micro_share share;
		struct thread_account account;
		uint64_t missed;
	} vcpus[MICROVM_VCPUS_MAX];
};

/* @irqs may be NULL. */
void snapshot_take(struct snapshot *s, struct microvm *vm, const struct irqsource *irqs);

/*
 * Each prints a line to standard output, and makes it the whole content of
 * @status unless that's NULL.
 */
void report_running(struct microvm *vm, const char *mode, const char *status);
void report_counts(const char *event, struct microvm *vm, const struct snapshot *from,
		   const struct snapshot *to, const char *status);

#endif /* MICRO_REPORT_H */
