// SPDX-License-Identifier: GPL-2.0
/*
 * The commands: what they take, what they say, how they exit
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"

#define QEMU	4700

/* A QEMU with debug-threads=on, vCPUs 0 to 2. */
static void start_vm(void)
{
	fake_thread(QEMU, QEMU, "qemu-system-x86", "0-3");
	fake_thread(QEMU, 4701, "call_rcu", "0-3");
	fake_thread(QEMU, 4702, "CPU 0/KVM", "0-3");
	fake_thread(QEMU, 4703, "CPU 1/KVM", "0-3");
	fake_thread(QEMU, 4704, "CPU 2/KVM", "0-3");
	fake_thread(QEMU, 4705, "vnc_worker", "0-3");
}

static void usage(void **state)
{
	static const char * const lines[] = {
		"", "nonsense", "core", "core nonsense", "core add",
		"core add 1 2", "core add x", "core add 1-", "core add 9999",
		"core add --slice 1m 3", "core add --slice 50 3",
		"core add --json 3", "core list 3", "core del --slice 100 3",
		"core list --no-isolate", "core --nonsense", "core del",
		"attach", "attach 5", "attach --pid 5", "attach --turbo-vcpu 1",
		"attach --pid 5 --turbo-vcpu x", "attach --pid 0 --turbo-vcpu 1",
		"attach --pid 5 --tid 6", "attach --tid 6 --turbo-vcpu 1",
		"attach --tid x", "attach --tid 6 x", "attach --tid 6 --slice 1h",
		"attach --pid 5 --turbo-vcpu 1 7", "attach --tid",
		"detach", "detach --tid 5 --all", "detach --pid 5 --all",
		"detach --all 5", "detach --tid 5 --pid 5", "detach --pid x",
		"slice", "slice 100 200", "slice 99us", "slice 10.1ms",
		"slice 100m", "slice --cpu x 100", "slice --cpu 3", "slice -- -5",
		"run", "run --", "run --slice 5us -- true", "run --nonsense true",
		"stat 5", "stat --watch=x", "stat --watch=0", "stat --watch 0",
		"stat --watch=90000", "stat --vm x", "stat --nonsense",
		"version 5", "version --nonsense",
	};

	(void)state;
	fake_add_core(3, 0);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		int ret = call_turboctl(lines[i]);

		if (ret != EX_USAGE)
			fail_msg("'%s' ended with %d", lines[i], ret);
		assert_string_equal(fake_out, "");
		assert_true(strlen(fake_err));
	}
	assert_int_equal(fake.nr_cores, 1);
	assert_int_equal(fake.cores[0].slice_ns, 100000);
	assert_int_equal(fake.nr_attached, 0);
}

static void prints_help(void **state)
{
	static const char * const lines[] = {
		"--help", "-h", "help", "core --help", "attach --help",
		"detach -h", "slice --help", "run --help", "stat --help",
		"version --help", "--version",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		assert_int_equal(call_turboctl(lines[i]), EX_OK);
		assert_string_equal(fake_err, "");
		assert_true(strlen(fake_out));
	}
}

static void not_loaded(void **state)
{
	static const char * const lines[] = {
		"core add 3", "core del 3", "core list", "attach --tid 5",
		"detach --all", "slice 100", "run true", "stat", "stat --json",
		"stat --watch", "version",
	};
	static const int errors[] = { ENOENT, ENXIO, ENODEV };

	(void)state;
	for (size_t i = 0; i < 3 * ARRAY_SIZE(lines); i++) {
		fake.open_error = errors[i % 3];
		assert_int_equal(call_turboctl(lines[i / 3]), EX_FAILED);
		assert_said(fake_err, "turboctl: the module is not loaded: there is no /dev/sched_turbo (modprobe sched_turbo");
	}
	fake.open_error = EACCES;
	assert_int_equal(call_turboctl("core del 3"), EX_FAILED);
	assert_said(fake_err, "run turboctl as root");
}

static void other_abi(void **state)
{
	(void)state;
	fake.version.abi_major = 2;
	assert_int_equal(call_turboctl("core add 3"), EX_FAILED);
	assert_said(fake_err, "the module (1.2.3) has ABI 2.1 and this turboctl 1.1: install the turboctl that came with the module");
	assert_int_equal(call_turboctl("version"), EX_FAILED);
	assert_said(fake_out, "module   1.2.3, ABI 2.1");
	assert_said(fake_err, "the two do not fit");
	/* A newer minor number only adds. */
	fake.version.abi_major = SCHED_TURBO_ABI_MAJOR;
	fake.version.abi_minor = 7;
	assert_int_equal(call_turboctl("version"), EX_OK);
	assert_int_equal(call_turboctl("stat"), EX_OK);
}

static void shows_version(void **state)
{
	(void)state;
	fake.version.features = SCHED_TURBO_FEAT_CUSTOM_SLICE |
				SCHED_TURBO_FEAT_LAZY_PREEMPT | 1 << 9;
	memcpy(fake.version.release, "1.2\033[2J", 8);
	assert_int_equal(call_turboctl("version"), EX_OK);
	assert_string_equal(fake_out, "turboctl " TURBOCTL_VERSION
			    ", ABI 1.1\nmodule   1.2?[2J, ABI 1.1, features: custom-slice, lazy-preempt, unknown (0x200)\n");
	assert_int_equal(call_turboctl("version --json"), EX_OK);
	assert_said(fake_out, "\"abi_major\": 1,");
	assert_said(fake_out, "\"custom-slice\"");
	fake.open_error = ENOENT;
	assert_int_equal(call_turboctl("version --json"), EX_FAILED);
	assert_said(fake_out, "\"module\": null");
}

static void core_errors(void **state)
{
	(void)state;
	assert_int_equal(call_turboctl("core add 4"), EX_FAILED);
	assert_said(fake_err, "turboctl: CPU 4: there is no such CPU, or it is offline (");
	assert_int_equal(call_turboctl("core add 0-3"), EX_FAILED);
	assert_said(fake_err, "turboctl: CPU 3: the last CPU left for everything else (");
	assert_int_equal(call_turboctl("core del 3"), EX_FAILED);
	assert_said(fake_err, "turboctl: CPU 3: not a turbo core (turboctl core list");
	fake_add_core(3, 0);
	assert_int_equal(call_turboctl("core add 3"), EX_FAILED);
	assert_said(fake_err, "turboctl: CPU 3: a turbo core already (");
	assert_int_equal(call_turboctl("core add 0-2"), EX_FAILED);
	assert_said(fake_err, "turboctl: CPU 2: the last CPU left");
	assert_int_equal(fake.nr_cores, 1);
	fake.fail[3] = ENOMEM;
	assert_int_equal(call_turboctl("core add 1"), EX_FAILED);
	assert_said(fake_err, "turboctl: CPU 1: the kernel is out of memory");
	fake.fail[3] = E2BIG;
	assert_int_equal(call_turboctl("core add 1"), EX_FAILED);
	assert_said(fake_err, "CPU 1: the module does not understand this turboctl: Argument list too long (compare the two with turboctl version");
	fake.fail[6] = ENOTTY;
	assert_int_equal(call_turboctl("core list"), EX_FAILED);
	assert_said(fake_err, "the module does not list its turbo cores");
}

static void core_add_slice(void **state)
{
	(void)state;
	assert_int_equal(call_turboctl("core add 2,3 --slice 0.2ms"), EX_OK);
	assert_int_equal(fake.nr_cores, 2);
	assert_int_equal(fake.cores[0].slice_ns, 200000);
	assert_int_equal(fake.cores[1].slice_ns, 200000);
	assert_int_equal(call_turboctl("core list"), EX_OK);
	assert_string_equal(fake_out,
		" CPU  STATE    ISOLATION           SLICE  THREADS\n"
		"   2  online   partition           200us        0\n"
		"   3  online   partition           200us        0\n");
	/* A kernel that does not tell the module, and one that gave up. */
	fake.cores[0].flags = 0;
	fake.cores[1].flags = 0;
	assert_int_equal(call_turboctl("core list --json"), EX_OK);
	assert_said(fake_out, "\"isolated\": true");
	fake_put("/sys/fs/cgroup/sched_turbo/cpuset.cpus.partition",
		 "isolated invalid (Parent unable to distribute cpu downstream)");
	assert_int_equal(call_turboctl("core list --json"), EX_OK);
	assert_null(strstr(fake_out, "\"isolated\": true"));
	assert_int_equal(call_turboctl("core list"), EX_OK);
	assert_said(fake_out, "   2  offline  partition (lost)    200us        0\n");
	assert_int_equal(call_turboctl("core list --json"), EX_OK);
	assert_said(fake_out, "\"isolation\": \"partition\"");
	assert_said(fake_out, "\"schema\": 1");
	assert_null(strstr(fake_out, "vms"));
}

static void core_list_empty(void **state)
{
	(void)state;
	assert_int_equal(call_turboctl("core list"), EX_OK);
	assert_said(fake_out, "There is no turbo core (turboctl core add CPU");
	assert_int_equal(call_turboctl("core list --json"), EX_OK);
	assert_said(fake_out, "\"cores\": [");
}

static void sets_slice(void **state)
{
	(void)state;
	assert_int_equal(call_turboctl("slice 200us"), EX_FAILED);
	assert_said(fake_err, "there is no turbo core to set a slice of");
	fake_add_core(2, 0);
	fake_add_core(3, 0);
	assert_int_equal(call_turboctl("slice 200"), EX_OK);
	assert_int_equal(fake.cores[0].slice_ns, 200000);
	assert_int_equal(fake.cores[1].slice_ns, 200000);
	assert_int_equal(call_turboctl("slice --cpu 3 0.3ms"), EX_OK);
	assert_int_equal(fake.cores[0].slice_ns, 200000);
	assert_int_equal(fake.cores[1].slice_ns, 300000);
	assert_int_equal(call_turboctl("slice --cpu 1 0.3ms"), EX_FAILED);
	assert_said(fake_err, "CPU 1: not a turbo core");
	fake.fail[5] = ERANGE;
	assert_int_equal(call_turboctl("slice --cpu 3 0.4ms"), EX_FAILED);
	assert_said(fake_err, "CPU 3: slice 400us is out of range: from 100us to 10ms");
	assert_int_equal(call_turboctl("slice 20ms"), EX_USAGE);
	assert_said(fake_err, "slice 20ms is out of range: from 100us to 10ms");
}

static void attach_tids(void **state)
{
	(void)state;
	fake_add_core(3, 0);
	assert_int_equal(call_turboctl("attach --tid 10 11,12 --slice 500"),
			 EX_OK);
	assert_said(fake_out, "thread 12 is under SCHED_TURBO\n");
	assert_int_equal(fake.nr_attached, 3);
	assert_int_equal(fake.attached[2].tid, 12);
	assert_int_equal(fake.attached[2].slice_ns, 500000);
	/* All or none. */
	assert_int_equal(call_turboctl("attach --tid 13 14 10"), EX_FAILED);
	assert_said(fake_err, "turboctl: thread 10: already under SCHED_TURBO (turboctl detach --tid 10 first)");
	assert_int_equal(fake.nr_attached, 3);
}

static void attach_errors(void **state)
{
	static const struct {
		int err;
		const char *text;
	} cases[] = {
		{ ESRCH, "thread 10: no such thread (" },
		{ EOPNOTSUPP, "thread 10: it is a kernel thread, or has a policy" },
		{ ENODEV, "thread 10: there is no turbo core to run it on (turboctl core add CPU first)" },
		{ ERANGE, "thread 10: slice 200us is out of range: from 100us" },
		{ EINVAL, "thread 10: the module does not understand" },
		{ ENOMEM, "thread 10: the kernel is out of memory" },
		{ EIO, "thread 10: Input/output error (the kernel log has the reason" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		fake.fail[1] = cases[i].err;
		assert_int_equal(call_turboctl("attach --tid 10 --slice 200"),
				 EX_FAILED);
		assert_said(fake_err, cases[i].text);
	}
}

static void attach_vcpus(void **state)
{
	(void)state;
	fake_add_core(3, 0);
	start_vm();
	assert_int_equal(call_turboctl("attach --pid 4700 --turbo-vcpu 0,2"),
			 EX_OK);
	assert_int_equal(fake.nr_attached, 2);
	assert_int_equal(fake.attached[0].tid, 4702);
	assert_int_equal(fake.attached[1].tid, 4704);
	assert_int_equal(call_turboctl("attach --pid 4700 --turbo-vcpu 1,5"),
			 EX_FAILED);
	assert_said(fake_err, "process 4700: there is no vCPU 5, only 0-2");
	assert_int_equal(fake.nr_attached, 2);
	assert_int_equal(call_turboctl("attach --pid 99 --turbo-vcpu 1"),
			 EX_FAILED);
	assert_said(fake_err, "process 99: no such process");
}

static void attach_unnamed(void **state)
{
	(void)state;
	fake_add_core(3, 0);
	fake_thread(50, 50, "qemu-system-x86", "0-3");
	fake_thread(50, 51, "qemu-system-x86", "0-3");
	assert_int_equal(call_turboctl("attach --pid 50 --turbo-vcpu 0"),
			 EX_FAILED);
	assert_said(fake_err, "add -name guest=NAME,debug-threads=on to QEMU's command line");
	assert_said(fake_err, "turboctl attach --tid TID");
	/* Two of a name: not ours to choose. */
	fake_thread(50, 52, "CPU 0/KVM", "0-3");
	fake_thread(50, 53, "CPU 0/KVM", "0-3");
	assert_int_equal(call_turboctl("attach --pid 50 --turbo-vcpu 0"),
			 EX_FAILED);
	assert_said(fake_err, "both named vCPU 0");
	assert_int_equal(fake.nr_attached, 0);
}

static void detaches(void **state)
{
	(void)state;
	fake_attach(10, 1, "a");
	fake_attach(11, 1, "b");
	fake_attach(12, 2, "c");
	fake_attach(13, 3, "d");
	assert_int_equal(call_turboctl("detach --tid 99"), EX_FAILED);
	assert_said(fake_err, "turboctl: thread 99: not under SCHED_TURBO (");
	assert_int_equal(call_turboctl("detach --tid 13"), EX_OK);
	assert_silent();
	assert_int_equal(call_turboctl("detach --pid 1"), EX_OK);
	assert_int_equal(fake.nr_attached, 1);
	assert_int_equal(fake.attached[0].tid, 12);
	assert_int_equal(call_turboctl("detach --pid 1"), EX_FAILED);
	assert_said(fake_err, "process 1: none of its threads is under SCHED_TURBO");
	fake.changed = SCHED_TURBO_CHANGED_NICE | SCHED_TURBO_CHANGED_AFFINITY |
		       1 << 7;
	assert_int_equal(call_turboctl("detach --all"), EX_OK);
	assert_said(fake_err, "turboctl: note: thread 12: left as someone else set it while it was attached: nice value, affinity, something a newer turboctl could name (0x80)\n");
	assert_int_equal(fake.nr_attached, 0);
	assert_int_equal(call_turboctl("detach --all"), EX_OK);
	/* Ended between being listed and being detached. */
	fake_attach(10, 1, "a");
	fake.fail[2] = ESRCH;
	assert_int_equal(call_turboctl("detach --pid 1"), EX_OK);
	assert_silent();
	fake.fail[2] = ESRCH;
	assert_int_equal(call_turboctl("detach --tid 10"), EX_FAILED);
	assert_said(fake_err, "thread 10: no such thread");
	/* Not visible here. */
	fake_attach(0, 0, "elsewhere");
	assert_int_equal(call_turboctl("detach --all"), EX_OK);
	assert_said(fake_err, "1 thread of another PID namespace left attached");
}

/* More than fit into the first try. */
static void many_threads(void **state)
{
	(void)state;
	for (int i = 1; i <= 60; i++)
		fake_attach(i, 1, "t");
	assert_int_equal(call_turboctl("detach --all"), EX_OK);
	assert_int_equal(fake.nr_attached, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(usage),
		TEST(prints_help),
		TEST(not_loaded),
		TEST(other_abi),
		TEST(shows_version),
		TEST(core_errors),
		TEST(core_add_slice),
		TEST(core_list_empty),
		TEST(sets_slice),
		TEST(attach_tids),
		TEST(attach_errors),
		TEST(attach_vcpus),
		TEST(attach_unnamed),
		TEST(detaches),
		TEST(many_threads),
	};

	return cmocka_run_group_tests_name("cli", tests, NULL, NULL);
}
