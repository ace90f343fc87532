// SPDX-License-Identifier: GPL-2.0
/*
 * What "core list" and "stat" show: as JSON
 *
 * The keys are described in JSON.md.  Those of counters are the names of the
 * fields in <linux/sched_turbo.h>.
 */
#include <stdlib.h>

#include "hist.h"
#include "json.h"
#include "report.h"

#define add_field(obj, entry, field) \
	json_add_u64(obj, #field, (entry)->field)

static struct json_object *core_to_json(const struct report *r,
					const struct sched_turbo_core *core)
{
	struct json_object *obj = json_object_new_object();

	add_field(obj, core, cpu);
	json_add_bool(obj, "online", core->flags & SCHED_TURBO_CORE_ONLINE);
	/* Not every kernel tells the module of partitions. */
	json_add_bool(obj, "isolated",
		      core->flags & SCHED_TURBO_CORE_ISOLATED ||
		      partition_holds(&r->st, core->cpu));
	json_add_string(obj, "isolation",
			isolation_name(report_isolation(r, core)));
	add_field(obj, core, slice_ns);
	add_field(obj, core, nr_threads);
	add_field(obj, core, lead_ns);
	add_field(obj, core, slices);
	add_field(obj, core, slice_ends);
	add_field(obj, core, timer_irqs);
	add_field(obj, core, timer_early);
	add_field(obj, core, pokes);
	add_field(obj, core, preempts);
	add_field(obj, core, turbo_ns);
	add_field(obj, core, foreign_ns);
	add_field(obj, core, foreign_switches);
	add_field(obj, core, migrations_in);
	add_field(obj, core, rescues);
	return obj;
}

/* An upper bound; null without wake-ups, or if there is no upper bound. */
static void add_percentile(struct json_object *obj, const char *key,
			   const struct sched_turbo_thread *thread,
			   unsigned int percent)
{
	int64_t us = hist_percentile(thread->wake_hist, percent);

	json_object_object_add(obj, key,
			       us < 0 ? NULL : json_object_new_int64(us));
}

static struct json_object *
thread_to_json(const struct sched_turbo_thread *thread)
{
	struct json_object *obj = json_object_new_object();
	struct json_object *hist = json_object_new_array();

	for (int i = 0; i < SCHED_TURBO_HIST_BUCKETS; i++)
		json_object_array_add(hist,
				      json_object_new_uint64(thread->wake_hist[i]));
	add_field(obj, thread, tid);
	json_add_string(obj, "name", thread->comm);
	add_field(obj, thread, cpu);
	add_field(obj, thread, slice_ns);
	json_add_bool(obj, "own_slice",
		      thread->flags & SCHED_TURBO_THREAD_OWN_SLICE);
	add_field(obj, thread, slices);
	add_field(obj, thread, slice_ends);
	add_field(obj, thread, run_ns);
	add_field(obj, thread, wait_ns);
	add_field(obj, thread, wakeups);
	add_field(obj, thread, migrations);
	add_field(obj, thread, strays);
	add_percentile(obj, "wake_p50_us", thread, 50);
	add_percentile(obj, "wake_p99_us", thread, 99);
	json_object_object_add(obj, "wake_hist", hist);
	return obj;
}

/* Null from a module without budgets. */
static void add_budget(struct json_object *obj, const struct sched_turbo_vm *vm)
{
	json_object_object_add(obj, "budget",
			       vm ? report_budget_json(vm) : NULL);
}

static bool has_threads(const struct report *r, pid_t vm)
{
	for (unsigned int i = 0; i < r->nr_threads; i++)
		if (r->threads[i].vm == vm)
			return true;
	return false;
}

static struct json_object *vms_to_json(const struct report *r)
{
	struct json_object *vms = json_object_new_array();
	struct json_object *vm, *threads = NULL;
	char *name;

	for (unsigned int i = 0; i < r->nr_threads; i++) {
		if (!i || r->threads[i].vm != r->threads[i - 1].vm) {
			vm = json_object_new_object();
			threads = json_object_new_array();
			add_field(vm, &r->threads[i], vm);
			name = report_vm_name(r->threads[i].vm);
			json_object_object_add(vm, "name", name ?
					       json_object_new_string(name) :
					       NULL);
			free(name);
			add_budget(vm, report_budget(r, r->threads[i].vm));
			json_object_object_add(vm, "threads", threads);
			json_object_array_add(vms, vm);
		}
		json_object_array_add(threads, thread_to_json(&r->threads[i]));
	}
	for (unsigned int i = 0; i < r->nr_vms; i++) {
		if (has_threads(r, r->vms[i].pid))
			continue;
		vm = json_object_new_object();
		json_add_u64(vm, "vm", r->vms[i].pid);
		name = report_vm_name(r->vms[i].pid);
		json_object_object_add(vm, "name", name ?
				       json_object_new_string(name) : NULL);
		free(name);
		add_budget(vm, &r->vms[i]);
		json_object_object_add(vm, "threads", json_object_new_array());
		json_object_array_add(vms, vm);
	}
	return vms;
}

static struct json_object *report_to_json(const struct report *r)
{
	struct json_object *obj = json_object_new_object();
	struct json_object *cores = json_object_new_array();

	for (unsigned int i = 0; i < r->nr_cores; i++)
		json_object_array_add(cores, core_to_json(r, &r->cores[i]));
	json_add_u64(obj, "schema", REPORT_SCHEMA);
	json_add_u64(obj, "time_ns", r->time_ns);
	json_object_object_add(obj, "cores", cores);
	return obj;
}

void report_print_cores_json(const struct report *r)
{
	json_print(report_to_json(r), true);
}

void report_print_json(const struct report *r, bool pretty)
{
	struct json_object *obj = report_to_json(r);

	json_object_object_add(obj, "vms", vms_to_json(r));
	json_print(obj, pretty);
}
