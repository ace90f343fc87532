/* SPDX-License-Identifier: GPL-2.0 */
/*
 * irqsource.h - interrupts for micro guests from the host, at a steady rate
 *
 * A thread, "irqfd", that signals each vCPU's irqfd once a period as vhost
 * would.  It never has two interrupts of a vCPU under way, so that each can be
 * timed by itself: those that would have been sent meanwhile are counted.
 */
#ifndef MICRO_IRQSOURCE_H
#define MICRO_IRQSOURCE_H

#include "microvm.h"

struct irqsource {
	struct microvm *vm;
	uint64_t period_ns;
	pthread_t thread;
	bool stop;
	uint64_t missed[MICROVM_VCPUS_MAX];
};

/* @cpu: where the thread runs, "N" or "N-M"; NULL for where the caller may. */
void irqsource_start(struct irqsource *source, struct microvm *vm,
		     uint64_t period_ns, const char *cpu);

void irqsource_stop(struct irqsource *source);

#endif /* MICRO_IRQSOURCE_H */
