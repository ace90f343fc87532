/* SPDX-License-Identifier: GPL-2.0 */
/*
 * microvm.h - virtual machines without an OS, through the KVM API
 *
 * What a test needs of a guest is often just vCPU threads that use, or wait
 * for, a CPU in a known pattern.  These have nothing else in them, so they
 * start in no time and run in exact virtual time.
 *
 * The order of calls: microvm_create, settings of the shares if any,
 * microvm_spawn, settings of the threads by their tid, microvm_run,
 * microvm_stop, microvm_destroy.  There is one VM to a process.  Failures end
 * the program with a message.
 */
#ifndef MICROVM_H
#define MICROVM_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "guest.h"

#define MICROVM_VCPUS_MAX	16

struct kvm_run;
struct microvm;

struct microvcpu {
	struct microvm *vm;
	unsigned int index;
	int fd;
	int irqfd;
	struct kvm_run *run;
	struct micro_share *share;
	pthread_t thread;
	pid_t tid;
};

enum microvm_phase {
	MICROVM_PARKED,
	MICROVM_RUNNING,
	MICROVM_STOPPED,
	MICROVM_GONE,
};

struct microvm {
	int fd;
	char *mem;
	uint32_t tsc_khz;
	unsigned int nr_vcpus;
	struct microvcpu vcpus[MICROVM_VCPUS_MAX];

	/* Where the threads are to be and how many have got there. */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum microvm_phase phase;
	unsigned int arrived;
};

/* Makes a VM of @nr_vcpus that will start at @entry, a label of guest.S. */
void microvm_create(struct microvm *vm, unsigned int nr_vcpus, const char *entry);

/* Lets one vCPU start at another label; before microvm_spawn(). */
void microvcpu_start_at(struct microvcpu *vcpu, const char *entry);

/* Gives each vCPU an eventfd, microvcpu.irqfd, that interrupts it. */
void microvm_add_irqfds(struct microvm *vm);

/* Starts the threads, "CPU n/KVM", which wait; sets microvcpu.tid. */
void microvm_spawn(struct microvm *vm);

/* Lets them into the guest, and returns when every guest program has begun. */
void microvm_run(struct microvm *vm);

/* Takes the threads out of the guest.  They stay, to be looked at. */
void microvm_stop(struct microvm *vm);

void microvm_destroy(struct microvm *vm);

/* A vCPU's ring of latencies in TSC ticks: entry n % VCPU_RING_ENTRIES. */
static inline const uint64_t *microvcpu_ring(const struct microvcpu *vcpu)
{
	return (const uint64_t *)((const char *)vcpu->share + VCPU_RING);
}

/* A word of the share as it is now. */
#define share_read(share, field) \
	__atomic_load_n(&(share)->field, __ATOMIC_ACQUIRE)

static inline uint64_t tsc_now(void)
{
	return __builtin_ia32_rdtsc();
}

static inline uint64_t microvm_ns_to_tsc(const struct microvm *vm, uint64_t ns)
{
	return (unsigned __int128)ns * vm->tsc_khz / 1000000;
}

static inline uint64_t microvm_tsc_to_ns(const struct microvm *vm, uint64_t tsc)
{
	return (unsigned __int128)tsc * 1000000 / vm->tsc_khz;
}

#endif /* MICROVM_H */
