// SPDX-License-Identifier: GPL-2.0
/*
 * What "vm list" shows, and the budgets in "stat"
 */
#include <stdio.h>
#include <stdlib.h>

#include "json.h"
#include "report.h"
#include "units.h"

#define add_field(obj, vm, field) json_add_u64(obj, #field, (vm)->field)

/* These may be negative. */
#define add_signed(obj, vm, field) \
	json_object_object_add(obj, #field, json_object_new_int64((vm)->field))

struct json_object *report_budget_json(const struct sched_turbo_vm *vm)
{
	struct json_object *obj = json_object_new_object();

	add_field(obj, vm, weight);
	add_field(obj, vm, floor_permille);
	json_add_bool(obj, "added", vm->flags & SCHED_TURBO_VM_ADDED);
	json_add_bool(obj, "off", vm->flags & SCHED_TURBO_VM_OFF);
	add_field(obj, vm, nr_vcpus);
	add_field(obj, vm, periods);
	add_field(obj, vm, periods_over);
	add_field(obj, vm, holds);
	add_field(obj, vm, dodges);
	add_field(obj, vm, share_ns);
	add_signed(obj, vm, regular_share_ns);
	add_signed(obj, vm, turbo_share_ns);
	add_field(obj, vm, regular_granted_ns);
	add_field(obj, vm, turbo_granted_ns);
	add_field(obj, vm, regular_used_ns);
	add_field(obj, vm, turbo_used_ns);
	add_field(obj, vm, regular_wait_ns);
	add_field(obj, vm, turbo_wait_ns);
	add_field(obj, vm, regular_held_ns);
	add_field(obj, vm, turbo_held_ns);
	add_field(obj, vm, period_ns);
	return obj;
}

const struct sched_turbo_vm *report_budget(const struct report *r, pid_t vm)
{
	for (unsigned int i = 0; i < r->nr_vms; i++)
		if (r->vms[i].pid == vm)
			return &r->vms[i];
	return NULL;
}

void report_print_vms_json(const struct report *r)
{
	struct json_object *obj = json_object_new_object();
	struct json_object *vms = json_object_new_array();
	struct json_object *vm;
	char *name;

	json_add_u64(obj, "schema", REPORT_SCHEMA);
	json_add_u64(obj, "time_ns", r->time_ns);
	for (unsigned int i = 0; i < r->nr_vms; i++) {
		vm = json_object_new_object();
		name = report_vm_name(r->vms[i].pid);
		json_add_u64(vm, "vm", r->vms[i].pid);
		json_object_object_add(vm, "name", name ?
				       json_object_new_string(name) : NULL);
		free(name);
		json_object_object_add(vm, "budget",
				       report_budget_json(&r->vms[i]));
		json_object_array_add(vms, vm);
	}
	json_object_object_add(obj, "vms", vms);
	json_print(obj, true);
}

static double seconds(uint64_t ns)
{
	return (double)ns / NSEC_PER_SEC;
}

void report_print_vms(const struct report *r)
{
	const struct sched_turbo_vm *vm;
	char *name;

	if (!r->nr_vms) {
		puts("no VMs");
		return;
	}
	printf("%8s %-15s %6s %6s %5s %9s %10s %10s %10s %10s %10s %8s\n", "VM",
	       "NAME", "WEIGHT", "FLOOR", "VCPUS", "SHARE", "REG GRANT",
	       "REG USED", "REG HELD", "TURBO USED", "TURBO HELD", "OVER");
	for (unsigned int i = 0; i < r->nr_vms; i++) {
		vm = &r->vms[i];
		name = report_vm_name(vm->pid);
		printf("%8d %-15.15s %6u %5.1f%% %5u %8.3fs %9.3fs %9.3fs %9.3fs %9.3fs %9.3fs %8llu%s\n",
		       vm->pid, name ? name : "-", vm->weight,
		       vm->floor_permille / 10.0, vm->nr_vcpus,
		       seconds(vm->share_ns), seconds(vm->regular_granted_ns),
		       seconds(vm->regular_used_ns),
		       seconds(vm->regular_held_ns),
		       seconds(vm->turbo_used_ns), seconds(vm->turbo_held_ns),
		       (unsigned long long)vm->periods_over,
		       vm->flags & SCHED_TURBO_VM_OFF ? " (no budget)" : "");
		free(name);
	}
}
