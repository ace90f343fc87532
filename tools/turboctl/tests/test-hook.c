// SPDX-License-Identifier: GPL-2.0
/*
 * What libvirt calls
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"

#define UUID	"6226b0b8-f5b5-476a-9ca6-9d4cc4cb851f"
#define META(attrs) "<metadata><turbo:domain xmlns:turbo='urn:sched-turbo:domain:1' " attrs "/></metadata>"
#define DOMAIN(metadata) \
	"<domain type='kvm'><name>web</name><uuid>" UUID "</uuid>" metadata \
	"<vcpu>3</vcpu></domain>"

/* A QEMU as libvirt starts it, with vCPUs 0 to 2. */
static int start_vm(void **state)
{
	char *path;
	FILE *f;

	fake_setup(state);
	fake_thread(4700, 4700, "qemu-system-x86", "0-3");
	fake_thread(4700, 4702, "CPU 0/KVM", "0-3");
	fake_thread(4700, 4703, "CPU 1/KVM", "0-3");
	fake_thread(4700, 4704, "CPU 2/KVM", "0-3");
	fake_put("/run/libvirt/qemu/web.pid", "4700");
	path = xprintf("%s/proc/4700/cmdline", fake.root);
	f = fopen(path, "w");
	assert_non_null(f);
	fwrite("qemu\0-uuid\0" UUID "\0", 1, 11 + sizeof(UUID), f);
	fclose(f);
	free(path);
	fake_add_core(3, 0);
	return 0;
}

static int call_hook(const char *operation, const char *domain)
{
	char *line = xprintf("hook web %s begin -", operation);
	char *path = xprintf("%s/stdin.xml", fake.root);
	int ret;

	fake_put("/stdin.xml", domain);
	assert_non_null(freopen(path, "r", stdin));
	ret = call_turboctl(line);
	/* libvirt would take it for the domain. */
	assert_string_equal(fake_out, "");
	free(line);
	free(path);
	return ret;
}

static void attaches(void **state)
{
	(void)state;
	fake.nr_vms = 1;
	fake.vms[0].pid = 4700;
	assert_int_equal(call_hook("started", DOMAIN(META("vcpus='2' slice='300us' weight='7'"))), EX_OK);
	assert_silent();
	assert_int_equal(fake.nr_attached, 1);
	assert_int_equal(fake.attached[0].tid, 4704);
	assert_int_equal(fake.attached[0].slice_ns, 300000);
	assert_int_equal(fake.vms[0].weight, 7);
	/* Once more changes nothing, another slice is set. */
	fake.attached[0].slices = 55;
	assert_int_equal(call_hook("reconnect", DOMAIN(META("vcpus='2' slice='300us'"))), EX_OK);
	assert_int_equal(fake.attached[0].slices, 55);
	assert_int_equal(fake.vms[0].weight, 7);
	assert_int_equal(call_hook("reconnect", DOMAIN(META("vcpus='1-2'"))), EX_OK);
	assert_silent();
	assert_int_equal(fake.nr_attached, 2);
	assert_int_equal(fake.attached[1].slice_ns, 100000);
}

static void takes_shares(void **state)
{
	(void)state;
	fake.nr_vms = 1;
	fake.vms[0].pid = 4700;
	assert_int_equal(call_hook("started", DOMAIN(META("vcpus='2'") "<cputune><shares>300</shares></cputune>")), EX_OK);
	assert_int_equal(fake.vms[0].weight, 300);
	assert_int_equal(call_hook("started", DOMAIN(META("vcpus='2'") "<cputune><shares>20000</shares></cputune>")), EX_OK);
	assert_said(fake_err, "note: domain web:1: shares 20000 are no weight");
	assert_int_equal(fake.vms[0].weight, 300);
}

static void leaves_others_alone(void **state)
{
	static const char * const others[] = {
		DOMAIN(""), "", "<", DOMAIN("<title>urn:sched-turbo:domain:1</title>"),
		DOMAIN("<metadata><a:domain xmlns:a='urn:a'/></metadata>"),
	};
	static const char * const operations[] = {
		"start", "started", "reconnect", "stopped", "attach",
	};

	(void)state;
	fake_put("/etc/sched_turbo.conf", "strict = yes");
	fake.open_error = ENOENT;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		for (size_t j = 0; j < ARRAY_SIZE(operations); j++) {
			assert_int_equal(call_hook(operations[j], others[i]), EX_OK);
			assert_silent();
		}
	/* Nor are operations that are none of ours. */
	fake_put("/stdin.xml", "");
	assert_int_equal(call_hook("migrate", DOMAIN(META("vcpus='9'"))), EX_OK);
	assert_int_equal(call_hook("release", DOMAIN(META("vcpus='9'"))), EX_OK);
	assert_int_equal(call_hook("prepare", DOMAIN(META("vcpus='9'"))), EX_OK);
	assert_silent();
}

static const struct {
	const char *domain;
	const char *why;
} bad[] = {
	{ DOMAIN(META("vcpus='3'")), "domain web:1: there is no vCPU 3" },
	{ DOMAIN(META("vcpus='0-2'")), "no regular vCPU" },
	{ DOMAIN(META("")), "has no vcpus" },
	{ DOMAIN(META("vcpus='1' slice='1h'")), "slice '1h'" },
	{ DOMAIN("<metadata><t:domain xmlns:t='urn:sched-turbo:domain:2'/></metadata>"), "in namespace 'urn:sched-turbo:domain:2'" },
	{ DOMAIN(META("vcpus='1'") META("vcpus='1'")) "x", "domain web:1: " },
};

static void says_what_is_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(call_hook("start", bad[i].domain), EX_OK);
		assert_int_equal(call_hook("started", bad[i].domain), EX_OK);
		assert_said(fake_err, bad[i].why);
		assert_said(fake_err, "domain web: no vCPU of it is under SCHED_TURBO: it runs as it would without");
		assert_int_equal(call_hook("stopped", bad[i].domain), EX_OK);
	}
	assert_int_equal(fake.nr_attached, 0);
}

static void strict(void **state)
{
	(void)state;
	fake_put("/etc/sched_turbo.conf", "# comment\nstrict = yes");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(call_hook("start", bad[i].domain), EX_REFUSED);
		assert_said(fake_err, bad[i].why);
		assert_int_equal(call_hook("started", bad[i].domain), EX_REFUSED);
		/* It runs, or has ended: there is nothing to refuse. */
		assert_int_equal(call_hook("reconnect", bad[i].domain), EX_OK);
		assert_said(fake_err, "it runs as it would without");
		assert_int_equal(call_hook("stopped", bad[i].domain), EX_OK);
	}
	assert_int_equal(call_hook("start", DOMAIN(META("vcpus='1'"))), EX_OK);
	fake.nr_cores = 0;
	assert_int_equal(call_hook("start", DOMAIN(META("vcpus='1'"))), EX_REFUSED);
	assert_said(fake_err, "there is no turbo core");
	fake.open_error = ENOENT;
	assert_int_equal(call_hook("start", DOMAIN(META("vcpus='1'"))), EX_REFUSED);
	assert_said(fake_err, "the module is not loaded");
}

static void another_process(void **state)
{
	(void)state;
	/* Its id is used again, by a QEMU of another domain. */
	fake_put("/proc/4700/cmdline", "qemu");
	assert_int_equal(call_hook("started", DOMAIN(META("vcpus='1'"))), EX_OK);
	assert_said(fake_err, "domain web: process '4700' in /run/libvirt/qemu/web.pid is not its QEMU");
	fake_put("/run/libvirt/qemu/web.pid", "x");
	assert_int_equal(call_hook("started", DOMAIN(META("vcpus='1'"))), EX_OK);
	assert_said(fake_err, "process 'x'");
	fake_remove("/run/libvirt/qemu/web.pid");
	assert_int_equal(call_hook("started", DOMAIN(META("vcpus='1'"))), EX_OK);
	assert_said(fake_err, "web.pid: No such file");
	assert_int_equal(fake.nr_attached, 0);
}

static void all_or_none(void **state)
{
	(void)state;
	/* The second one is refused. */
	fake_remove("/proc/4700/task/4704/comm");
	assert_int_equal(call_hook("started", DOMAIN(META("vcpus='1-2'"))), EX_OK);
	assert_said(fake_err, "there is no vCPU 2, only 0-1");
	assert_int_equal(fake.nr_attached, 0);
}

static void all_that_run(void **state)
{
	(void)state;
	fake_put("/run/libvirt/qemu/web.xml", "<domstatus state='running' pid='4700'>" DOMAIN(META("vcpus='1'")) "</domstatus>");
	fake_put("/run/libvirt/qemu/other.xml", "<domstatus>" DOMAIN("") "</domstatus>");
	fake_put("/run/libvirt/qemu/bad.xml", "<urn:sched-turbo:");
	assert_int_equal(call_turboctl("hook --all"), EX_OK);
	assert_said(fake_out, "domain web: vCPU 1 (process 4700) is under SCHED_TURBO; slice: its core's, weight: 1024 (default)");
	assert_said(fake_err, "domain bad:");
	assert_int_equal(fake.nr_attached, 1);
	assert_int_equal(fake.attached[0].tid, 4703);
}

static void refuses_usage(void **state)
{
	static const char * const lines[] = {
		"hook", "hook web", "hook --all web", "hook ../web started begin -",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		assert_int_equal(call_turboctl(lines[i]), EX_USAGE);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, start_vm, fake_teardown)

int main(void)
{
	/* all_that_run first: the others log to the system. */
	const struct CMUnitTest tests[] = {
		TEST(all_that_run), TEST(attaches), TEST(takes_shares),
		TEST(leaves_others_alone), TEST(says_what_is_wrong),
		TEST(strict), TEST(another_process), TEST(all_or_none),
		TEST(refuses_usage),
	};

	return cmocka_run_group_tests_name("hook", tests, NULL, NULL);
}
