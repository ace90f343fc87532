/* SPDX-License-Identifier: GPL-2.0 */
/* budget_vm.h - VMs for the tests of fair shares */
#ifndef BUDGET_VM_H
#define BUDGET_VM_H

#include <string.h>

#include "budget.h"
#include "random.h"

#define MS		1000000ULL
#define PERIOD		(30 * MS)
#define PERCENT		(PERIOD / 100)
#define MANY		3000

/* A step of the common level is up to this for a VM of the highest weight. */
#define STEP		12

static inline void set(struct turbo_budget *vm, u32 weight, u64 regular_ns,
		       u64 regular_unmet_ns, u64 turbo_ns, u64 turbo_unmet_ns)
{
	memset(vm, 0, sizeof(*vm));
	vm->weight = weight;
	vm->regular.used_ns = regular_ns;
	vm->regular.unmet_ns = regular_unmet_ns;
	vm->turbo.used_ns = turbo_ns;
	vm->turbo.unmet_ns = turbo_unmet_ns;
}

/* Up to @max, 0 as likely as any length. */
static inline u64 some_ns(u64 max)
{
	u64 ns = random_length();

	return ns < max ? ns : random_below(max);
}

#endif /* BUDGET_VM_H */
