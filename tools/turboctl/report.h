/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What "core list" and "stat" show
 */
#ifndef TURBOCTL_REPORT_H
#define TURBOCTL_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/sched_turbo.h>

#include "isolate.h"

/* The "schema" of the JSON; it changes when a key goes or changes its meaning. */
#define REPORT_SCHEMA	1

struct report {
	uint64_t time_ns;
	struct sched_turbo_core *cores;
	unsigned int nr_cores;
	struct sched_turbo_thread *threads;
	unsigned int nr_threads;
	struct sched_turbo_vm *vms;
	unsigned int nr_vms;
	struct state st;
};

/*
 * Cores in order of their CPUs, threads in order of VM and id, of one VM only
 * if @vm is not 0.  They complain themselves.
 */
int report_cores(struct report *r);
int report_all(struct report *r, unsigned int vm);
int report_vms(struct report *r);
void report_free(struct report *r);

enum isolation report_isolation(const struct report *r,
				const struct sched_turbo_core *core);
char *report_vm_name(pid_t vm);

/* Rates since @before, or the counters themselves if that is NULL. */
void report_print(const struct report *r, const struct report *before);
void report_print_core_list(const struct report *r);
void report_print_cores_json(const struct report *r);
void report_print_json(const struct report *r, bool pretty);


/* Budgets: report_vm.c */
struct json_object;
struct json_object *report_budget_json(const struct sched_turbo_vm *vm);
const struct sched_turbo_vm *report_budget(const struct report *r, pid_t vm);
void report_print_vms(const struct report *r);
void report_print_vms_json(const struct report *r);

#endif
