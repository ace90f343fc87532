// SPDX-License-Identifier: GPL-2.0
/*
 * /etc/sched_turbo.conf, and a machine set up by it
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "conf.h"
#include "fake.h"
#include "fs.h"

#define CALLS	"/run/modprobe"

/* With a modprobe that writes down how it is called. */
static int setup(void **state)
{
	char *path, *dir;

	fake_setup(state);
	fake_put("/bin/modprobe", "#!/bin/sh\necho \"$*\" >>\"$TURBOCTL_ROOT" CALLS "\"\ncase $* in *no_such) exit 1 ;; esac");
	path = xprintf("%s/bin/modprobe", fake.root);
	assert_int_equal(chmod(path, 0755), 0);
	dir = xprintf("%s/bin:/usr/bin:/bin", fake.root);
	setenv("PATH", dir, 1);
	free(path);
	free(dir);
	return 0;
}

static void reads(void **state)
{
	struct conf conf;

	(void)state;
	assert_int_equal(conf_read(&conf), 0);
	assert_true(cpus_empty(&conf.cores));
	assert_true(conf.isolate);
	assert_false(conf.strict);
	fake_put("/etc/sched_turbo.conf",
		 "# all of it\n\ncores = 2-3 # two\n slice=0.2ms\r\nisolate = no\nperiod=50\npolicy = yes\n\tstrict\t=\tyes");
	assert_int_equal(conf_read(&conf), 0);
	assert_true(cpus_has(&conf.cores, 2) && cpus_has(&conf.cores, 3));
	assert_int_equal(conf.slice_ns, 200000);
	assert_int_equal(conf.period_ns, 50000000);
	assert_false(conf.isolate);
	assert_true(conf.policy && conf.strict);
}

static void refuses(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} bad[] = {
		{ "cores = x", "/etc/sched_turbo.conf:1: cores 'x' is not a list of CPUs" },
		{ "\n\nslice = 1s", ":3: slice '1s' is not a time from 100us to 10ms" },
		{ "period = 5", ":1: period '5' is not a time from 10ms to 100ms" },
		{ "strict = maybe", ":1: strict 'maybe' is not yes or no" },
		{ "strict", ":1: 'strict' is no KEY = VALUE" },
		{ "core = 3", ":1: there is no 'core', but cores, slice" },
		{ "\033[2J = 3", ":1: there is no '?[2J'" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		fake_put("/etc/sched_turbo.conf", bad[i].text);
		assert_int_equal(call_turboctl("host start"), EX_FAILED);
		assert_said(fake_err, bad[i].why);
		assert_false(fs_exists(CALLS));
	}
	assert_int_equal(call_turboctl("host"), EX_USAGE);
	assert_int_equal(call_turboctl("host restart"), EX_USAGE);
}

static void sets_up_and_undoes(void **state)
{
	char *before = fake_snapshot();

	(void)state;
	free(before);
	fake_put("/etc/sched_turbo.conf", "cores = 2-3\nslice = 200us\nperiod = 20ms");
	before = fake_snapshot();
	assert_int_equal(call_turboctl("host start"), EX_OK);
	assert_silent();
	assert_file(CALLS, "-q sched_turbo");
	assert_int_equal(fake.nr_cores, 2);
	assert_int_equal(fake.cores[0].slice_ns, 200000);
	assert_int_equal(fake.period_ns, 20000000);
	/* Once more there is nothing to do. */
	assert_int_equal(call_turboctl("host start"), EX_OK);
	assert_int_equal(fake.nr_cores, 2);
	assert_int_equal(call_turboctl("host stop"), EX_OK);
	assert_int_equal(fake.nr_cores, 0);
	assert_same(before);
	assert_file(CALLS, "-q sched_turbo\n-q sched_turbo\n-rq sched_turbo_policy\n-rq sched_turbo");
	assert_int_equal(call_turboctl("host stop"), EX_OK);
}

static void without_module(void **state)
{
	char *before;

	(void)state;
	fake_put("/etc/sched_turbo.conf", "cores = 3");
	before = fake_snapshot();
	fake_put("/bin/modprobe", "#!/bin/sh\nexit 1");
	fake.open_error = ENOENT;
	assert_int_equal(call_turboctl("host start"), EX_FAILED);
	assert_said(fake_err, "modprobe -q sched_turbo has failed");
	assert_int_equal(call_turboctl("host stop"), EX_OK);
	/* It was unloaded: what is left is undone. */
	fake.open_error = 0;
	core_ok("core add 3");
	fake.nr_cores = 0;
	fake.open_error = ENOENT;
	assert_int_equal(call_turboctl("host stop"), EX_OK);
	assert_false(fs_exists(FAKE_STATE));
	free(before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(refuses, setup, fake_teardown),
		cmocka_unit_test_setup_teardown(sets_up_and_undoes, setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(without_module, setup,
						fake_teardown),
	};

	return cmocka_run_group_tests_name("conf", tests, NULL, NULL);
}
