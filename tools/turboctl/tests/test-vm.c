// SPDX-License-Identifier: GPL-2.0
/*
 * Budgets of VMs
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"

static void adds_sets_and_deletes(void **state)
{
	(void)state;
	assert_int_equal(call_turboctl("vm add --pid 77"), EX_OK);
	assert_int_equal(fake.nr_vms, 1);
	assert_int_equal(fake.vms[0].weight, 1024);
	assert_int_equal(call_turboctl("vm set --pid 77 --weight 10000"), EX_OK);
	assert_int_equal(fake.vms[0].weight, 10000);
	assert_int_equal(fake.vms[0].floor_permille, 20);
	assert_int_equal(call_turboctl("vm set --pid 77 --floor 0.5"), EX_OK);
	assert_int_equal(fake.vms[0].floor_permille, 5);
	assert_int_equal(call_turboctl("vm set --pid 77 --floor 100 --weight 1"),
			 EX_OK);
	assert_int_equal(fake.vms[0].floor_permille, 1000);
	assert_int_equal(fake.vms[0].weight, 1);
	assert_int_equal(call_turboctl("vm del --pid 77"), EX_OK);
	assert_int_equal(fake.nr_vms, 0);
	assert_silent();
}

static void refuses_values(void **state)
{
	static const char * const bad[] = {
		"vm set --pid 77 --weight 0", "vm set --pid 77 --weight 10001",
		"vm set --pid 77 --weight -1", "vm set --pid 77 --weight 1x",
		"vm set --pid 77 --floor 101", "vm set --pid 77 --floor 0.05",
		"vm set --pid 77 --floor -1", "vm set --pid 77 --floor 2ms",
		"vm set --pid 0 --weight 5", "vm set --weight 5",
		"vm set --pid 77", "vm del --pid 77 --weight 5", "vm add",
		"vm", "vm sell --pid 77", "vm list --pid 77", "vm list 77",
		"vm add --json --pid 77", "vm period 9ms", "vm period 101ms",
		"vm period 1 2", "vm add --pid 77 78",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (call_turboctl(bad[i]) != EX_USAGE)
			fail_msg("'%s' was taken", bad[i]);
		assert_true(*fake_err);
	}
	assert_int_equal(fake.nr_vms, 0);
}

static void names_refusals(void **state)
{
	(void)state;
	assert_int_equal(call_turboctl("vm set --pid 77 --weight 5"), EX_FAILED);
	assert_said(fake_err, "process 77: not a VM");
	fake.fail[8] = EREMOTE;
	assert_int_equal(call_turboctl("vm add --pid 77"), EX_FAILED);
	assert_said(fake_err, "process 77: this is a thread of another process");
	fake.fail[8] = ESRCH;
	assert_int_equal(call_turboctl("vm add --pid 77"), EX_FAILED);
	assert_said(fake_err, "process 77: no such process");
	call_turboctl("vm add --pid 77");
	assert_int_equal(call_turboctl("vm add --pid 77"), EX_FAILED);
	assert_said(fake_err, "process 77: added already");
}

static void reads_and_sets(void **state)
{
	(void)state;
	fake.period_ns = 30000000;
	assert_int_equal(call_turboctl("vm period"), EX_OK);
	assert_string_equal(fake_out, "30ms\n");
	assert_int_equal(call_turboctl("vm period 10"), EX_OK);
	assert_string_equal(fake_out, "10ms\n");
	assert_int_equal(call_turboctl("vm period 100ms"), EX_OK);
	assert_int_equal(fake.period_ns, 100000000);
}

static void lists(void **state)
{
	(void)state;
	assert_int_equal(call_turboctl("vm list"), EX_OK);
	assert_string_equal(fake_out, "no VMs\n");
	call_turboctl("vm add --pid 77 --weight 5");
	fake.vms[0].regular_share_ns = -5;
	assert_int_equal(call_turboctl("vm list"), EX_OK);
	assert_said(fake_out, "REG USED");
	assert_said(fake_out, "      77 ");
	assert_int_equal(call_turboctl("vm list --json"), EX_OK);
	assert_said(fake_out, "\"weight\": 5");
	assert_said(fake_out, "\"regular_share_ns\": -5");
	/* one without threads is in stat, too */
	assert_int_equal(call_turboctl("stat --json"), EX_OK);
	assert_said(fake_out, "\"vm\": 77");
	assert_said(fake_out, "\"threads\": []");
	assert_int_equal(call_turboctl("stat --vm 77 --json"), EX_OK);
	assert_int_equal(call_turboctl("stat --vm 78 --json"), EX_FAILED);
}

static void older_module(void **state)
{
	(void)state;
	fake.no_budgets = true;
	assert_int_equal(call_turboctl("stat"), EX_OK);
	assert_silent();
	assert_int_equal(call_turboctl("vm list"), EX_OK);
	assert_int_equal(call_turboctl("vm period 10ms"), EX_FAILED);
	assert_int_equal(call_turboctl("vm add --pid 77"), EX_FAILED);
	assert_said(fake_err, "turboctl version");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(adds_sets_and_deletes,
						fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(refuses_values, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(names_refusals, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(reads_and_sets, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(lists, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(older_module, fake_setup,
						fake_teardown),
	};

	return cmocka_run_group_tests_name("vm", tests, NULL, NULL);
}
