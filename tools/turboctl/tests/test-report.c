// SPDX-License-Identifier: GPL-2.0
/*
 * Stat: tables, rates, JSON
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "fake.h"
#include "report.h"

static void fill(void)
{
	struct sched_turbo_thread *thread;

	fake_add_core(3, SCHED_TURBO_CORE_ISOLATED);
	fake_add_core(2, 0);
	fake.cores[0].nr_threads = 2;
	fake.cores[0].slices = 1000;
	fake.cores[0].slice_ends = 900;
	fake.cores[0].turbo_ns = 1500000000;
	fake.cores[0].foreign_ns = 2000000;
	fake.cores[0].foreign_switches = 17;
	fake.cores[0].migrations_in = 4;
	fake_thread(200, 200, "qemu\033[31m", "0-3");
	fake_attach(202, 200, "CPU 1/KVM");
	fake_attach(201, 200, "evil\033]0;x\007\xff");
	fake_attach(101, 100, "CPU 0/KVM");
	thread = &fake.attached[0];
	thread->cpu = 3;
	thread->flags = SCHED_TURBO_THREAD_OWN_SLICE;
	thread->slice_ns = 250000;
	thread->slices = 10;
	thread->slice_ends = 9;
	thread->run_ns = 1234567890;
	thread->wait_ns = 1000000;
	thread->wakeups = 100;
	thread->migrations = 2;
	thread->strays = 1;
	thread->wake_hist[3] = 98;
	thread->wake_hist[SCHED_TURBO_HIST_BUCKETS - 1] = 2;
}

static void table(void **state)
{
	char *first, *second;

	(void)state;
	fill();
	assert_int_equal(call_turboctl("stat"), EX_OK);
	assert_said(fake_out,
		    "   3  online      100us       2       1000        900    1.500s    0.002s        17        4       0\n");
	assert_said(fake_out,
		    "      202    3  CPU 1/KVM         250us*         10          9    1.235s    0.001s        100       8us >4194.304ms      2      1\n");
	assert_said(fake_out, "VM 200 (qemu?[31m)\n");
	assert_said(fake_out, "evil?]0;x?? ");
	assert_said(fake_out, "VM 100 (gone)\n");
	assert_null(strchr(fake_out, '\033'));
	/* Cores by number, threads by VM and then by id. */
	assert_true(strstr(fake_out, "\n   2  online") <
		    strstr(fake_out, "\n   3  online"));
	first = strstr(fake_out, "VM 100");
	second = strstr(fake_out, "VM 200");
	assert_true(first && first < second);
	assert_true(strstr(second, "      201 ") < strstr(second, "      202 "));
}

static void one_vm(void **state)
{
	(void)state;
	fill();
	assert_int_equal(call_turboctl("stat --vm 100"), EX_OK);
	assert_said(fake_out, "VM 100");
	assert_null(strstr(fake_out, "VM 200"));
	assert_int_equal(call_turboctl("stat --vm 7"), EX_FAILED);
	assert_said(fake_err, "process 7: none of its threads is under SCHED_TURBO");
}

static struct json_object *get(struct json_object *obj, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(obj, key, &value))
		fail_msg("no '%s'", key);
	return value;
}

static struct json_object *at(struct json_object *array, size_t i)
{
	assert_true(i < json_object_array_length(array));
	return json_object_array_get_idx(array, i);
}

static int64_t number(struct json_object *obj, const char *key)
{
	struct json_object *value = get(obj, key);

	assert_true(json_object_is_type(value, json_type_int));
	return json_object_get_int64(value);
}

/* Every key that JSON.md promises. */
static void prints_json(void **state)
{
	static const char * const core_keys[] = {
		"cpu", "slice_ns", "nr_threads", "lead_ns", "slices",
		"slice_ends", "timer_irqs", "timer_early", "pokes", "preempts",
		"turbo_ns", "foreign_ns", "foreign_switches", "migrations_in",
		"rescues",
	};
	static const char * const thread_keys[] = {
		"tid", "cpu", "slice_ns", "slices", "slice_ends", "run_ns",
		"wait_ns", "wakeups", "migrations", "strays",
	};
	struct json_object *obj, *core, *vm, *thread;

	(void)state;
	fill();
	fake.cores[0].rescues = 9;
	assert_int_equal(call_turboctl("stat --json"), EX_OK);
	obj = json_tokener_parse(fake_out);
	assert_non_null(obj);
	assert_int_equal(number(obj, "schema"), 1);
	assert_true(number(obj, "time_ns") > 0);
	core = at(get(obj, "cores"), 1);
	for (size_t i = 0; i < ARRAY_SIZE(core_keys); i++)
		number(core, core_keys[i]);
	assert_int_equal(json_object_object_length(core), 15 + 3);
	assert_int_equal(number(core, "cpu"), 3);
	assert_int_equal(number(core, "turbo_ns"), 1500000000);
	assert_int_equal(number(core, "rescues"), 9);
	assert_true(json_object_get_boolean(get(core, "online")));
	assert_true(json_object_get_boolean(get(core, "isolated")));
	assert_string_equal(json_object_get_string(get(core, "isolation")),
			    "other");
	core = at(get(obj, "cores"), 0);
	assert_string_equal(json_object_get_string(get(core, "isolation")),
			    "none");
	vm = at(get(obj, "vms"), 0);
	assert_int_equal(number(vm, "vm"), 100);
	assert_null(get(vm, "name"));
	vm = at(get(obj, "vms"), 1);
	assert_string_equal(json_object_get_string(get(vm, "name")),
			    "qemu?[31m");
	assert_int_equal(json_object_array_length(get(vm, "threads")), 2);
	thread = at(get(vm, "threads"), 0);
	assert_string_equal(json_object_get_string(get(thread, "name")),
			    "evil?]0;x??");
	assert_null(get(thread, "wake_p50_us"));
	thread = at(get(vm, "threads"), 1);
	for (size_t i = 0; i < ARRAY_SIZE(thread_keys); i++)
		number(thread, thread_keys[i]);
	assert_int_equal(json_object_object_length(thread), 10 + 5);
	assert_true(json_object_get_boolean(get(thread, "own_slice")));
	assert_int_equal(number(thread, "wake_p50_us"), 8);
	assert_null(get(thread, "wake_p99_us"));
	assert_int_equal(json_object_array_length(get(thread, "wake_hist")),
			 SCHED_TURBO_HIST_BUCKETS);
	assert_int_equal(json_object_get_int64(at(get(thread, "wake_hist"), 3)),
			 98);
	json_object_put(obj);
}

/* All 64 bits of a counter. */
static void json_large(void **state)
{
	(void)state;
	fake_add_core(3, 0);
	fake.cores[0].turbo_ns = UINT64_MAX;
	assert_int_equal(call_turboctl("stat --json"), EX_OK);
	assert_said(fake_out, "\"turbo_ns\": 18446744073709551615,");
}

static char *print_rates(const struct report *r, const struct report *before)
{
	char *text;
	size_t size;
	FILE *old = stdout;

	stdout = open_memstream(&text, &size);
	report_print(r, before);
	fclose(stdout);
	stdout = old;
	return text;
}

static void rates(void **state)
{
	struct report before, r;
	char *text;

	(void)state;
	fill();
	assert_int_equal(report_all(&before, 0), 0);
	fake.cores[0].slices += 20000;
	fake.cores[0].turbo_ns += 1900000000;
	fake.attached[0].slices += 10000;
	fake.attached[0].run_ns += 1000000000;
	fake.attached[0].wakeups += 1;
	fake.attached[0].wake_hist[0] += 1;
	/* A new thread with an old id starts from nothing. */
	fake.attached[1].slices = 30;
	before.threads[1].slices = 100;
	assert_int_equal(report_all(&r, 0), 0);
	r.time_ns = before.time_ns + 2000000000;
	text = print_rates(&r, &before);
	assert_said(text,
		    "   3  online      100us       2    10000.0        0.0     95.0%      0.0%       0.0      0.0     0.0\n");
	assert_said(text,
		    "      202    3  CPU 1/KVM         250us*     5000.0        0.0     50.0%      0.0%        0.5       1us       1us    0.0    0.0\n");
	assert_said(text, "evil?]0;x??       100us        15.0");
	free(text);
	report_free(&before);
	report_free(&r);
}

static void empty(void **state)
{
	(void)state;
	assert_int_equal(call_turboctl("stat"), EX_OK);
	assert_said(fake_out, "There is no turbo core");
	assert_int_equal(call_turboctl("stat --json"), EX_OK);
	assert_said(fake_out, "\"vms\": [");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(table),
		TEST(one_vm),
		TEST(prints_json),
		TEST(json_large),
		TEST(rates),
		TEST(empty),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
