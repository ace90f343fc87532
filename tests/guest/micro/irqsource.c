// SPDX-License-Identifier: GPL-2.0
/*
 * irqsource.c - interrupts for micro guests from the host, at a steady rate
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "irqsource.h"
#include "threadattr.h"

static void add_ns(struct timespec *ts, uint64_t ns)
{
	ns += ts->tv_nsec;
	ts->tv_sec += ns / 1000000000;
	ts->tv_nsec = ns % 1000000000;
}

static void *source_thread(void *arg)
{
	struct irqsource *source = arg;
	struct microvm *vm = source->vm;
	uint64_t sent[MICROVM_VCPUS_MAX], one = 1;
	struct timespec next;
	unsigned int i;

	pthread_setname_np(pthread_self(), "irqfd");
	for (i = 0; i < vm->nr_vcpus; i++)
		sent[i] = share_read(vm->vcpus[i].share, irqs);

	clock_gettime(CLOCK_MONOTONIC, &next);
	while (!__atomic_load_n(&source->stop, __ATOMIC_RELAXED)) {
		add_ns(&next, source->period_ns);
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
		for (i = 0; i < vm->nr_vcpus; i++) {
			struct microvcpu *vcpu = &vm->vcpus[i];
			uint64_t irqs = share_read(vcpu->share, irqs);

			if (irqs < sent[i]) {
				source->missed[i]++;
				continue;
			}
			/*
			 * QEMU's TCG may deliver one twice: see
			 * tests/guest/linux/virtual-clock.md.
			 */
			sent[i] = irqs + 1;
			__atomic_store_n(&vcpu->share->due, tsc_now(), __ATOMIC_RELEASE);
			if (write(vcpu->irqfd, &one, sizeof(one)) != sizeof(one))
				err(1, "vCPU %u: irqfd", i);
		}
	}
	return NULL;
}

void irqsource_start(struct irqsource *source, struct microvm *vm,
		     uint64_t period_ns, const char *cpu)
{
	sigset_t all, old;

	memset(source, 0, sizeof(*source));
	source->vm = vm;
	source->period_ns = period_ns;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	errno = pthread_create(&source->thread, NULL, source_thread, source);
	if (errno)
		err(1, "pthread_create");
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (cpu) {
		cpu_set_t set = cpus_parse(cpu);

		errno = pthread_setaffinity_np(source->thread, sizeof(set), &set);
		if (errno)
			err(1, "affinity to %s", cpu);
	}
}

void irqsource_stop(struct irqsource *source)
{
	__atomic_store_n(&source->stop, true, __ATOMIC_RELAXED);
	pthread_join(source->thread, NULL);
}
