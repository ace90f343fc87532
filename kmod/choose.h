/* SPDX-License-Identifier: GPL-2.0 */
/*
 * choose.h - what choose.c and room.c share
 */
#ifndef SCHED_TURBO_CHOOSE_H
#define SCHED_TURBO_CHOOSE_H

#include "vm.h"

/* A CPU that has not woken whom it should for so long a part is not waited for. */
#define TURBO_LATE_PART	16

/* The vCPU that runs on a CPU, if one does.  Context: RCU. */
static inline struct turbo_vcpu *turbo_runner(int cpu)
{
	struct turbo_vcpu *v = READ_ONCE(per_cpu(turbo_seats, cpu).cur);

	return v && !READ_ONCE(v->gone) ? v : NULL;
}

static inline bool turbo_idles(int cpu)
{
	return READ_ONCE(per_cpu(turbo_seats, cpu).idle);
}

/* Is the vCPU in a queue, and would it run if it were its turn? */
static inline bool turbo_queued(const struct turbo_vcpu *v)
{
	return READ_ONCE(v->state) == VCPU_WAITS && !READ_ONCE(v->stuck);
}

/* choose.c */
s64 turbo_choose_slack(int cpu);
s64 turbo_credit_of(struct turbo_vm *vm, enum turbo_kind kind, u64 now);

/* room.c: moving who runs, for one that waits behind him */
void turbo_room_make(enum turbo_kind kind, u64 now);
int turbo_room_elsewhere(const struct turbo_vcpu *v, int but, s64 credit,
			 u64 now);

#endif /* SCHED_TURBO_CHOOSE_H */
