// SPDX-License-Identifier: GPL-2.0
/*
 * Isolating cores, and undoing exactly that
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "fs.h"

#define CGROUP		"/sys/fs/cgroup"
#define OURS		CGROUP "/sched_turbo"
#define WQ		"/sys/devices/virtual/workqueue/cpumask"
#define IRQ(n)		"/proc/irq/" #n "/smp_affinity_list"

/* 6.1: the work queues are our business. */
static void one_core(void **state)
{
	char *before = fake_snapshot();

	(void)state;
	core_ok("core add 3");
	assert_silent();
	assert_said(fake_out, "CPU 3 is a turbo core; isolation: partition, 3 interrupts moved off it, work queues moved off it");
	assert_file(OURS "/cpuset.cpus", "3");
	assert_file(OURS "/cpuset.cpus.partition", "isolated");
	assert_file(OURS "/cgroup.subtree_control", "+cpuset");
	assert_file(CGROUP "/cgroup.subtree_control", "cpuset memory");
	assert_file(IRQ(0), "0");
	assert_file(IRQ(24), "0-2");
	assert_file(IRQ(25), "2");
	/* It was on CPU 3 alone. */
	assert_file(IRQ(26), "0-2");
	assert_file("/proc/irq/default_smp_affinity", "7");
	assert_file(WQ, "7");
	core_ok("core del 3");
	assert_silent();
	assert_same(before);
	assert_int_equal(fake.nr_cores, 0);
}

/* 6.8 and later: they are the kernel's, and what is requested must not change. */
static void newer_kernel(void **state)
{
	char *before;

	(void)state;
	fake.kernel_does_workqueues = true;
	fake_put(WQ "_requested", "f");
	before = fake_snapshot();
	core_ok("core add 2-3");
	assert_file(WQ, "3");
	assert_file(WQ "_requested", "f");
	core_ok("core del 3");
	assert_file(WQ, "b");
	core_ok("core del 2");
	assert_same(before);
}

/* One more core, then one less, in all orders. */
static void two_cores(void **state)
{
	static const char * const orders[][4] = {
		{ "core add 2", "core add 3", "core del 2", "core del 3" },
		{ "core add 2", "core add 3", "core del 3", "core del 2" },
		{ "core add 3", "core add 2", "core del 3", "core del 2" },
	};

	(void)state;
	for (int i = 0; i < 3; i++) {
		char *before = fake_snapshot();

		core_ok(orders[i][0]);
		core_ok(orders[i][1]);
		assert_file(OURS "/cpuset.cpus", "2-3");
		assert_file(IRQ(24), "0-1");
		assert_file(IRQ(25), "0-1");
		assert_file(IRQ(26), "0-1");
		assert_file(WQ, "3");
		core_ok(orders[i][2]);
		if (!strcmp(orders[i][2], "core del 2")) {
			assert_file(IRQ(24), "0-2");
			assert_file(IRQ(25), "2");
			assert_file(IRQ(26), "0-1");
			assert_file(OURS "/cpuset.cpus", "3");
		} else {
			assert_file(IRQ(24), "0-1,3");
			assert_file(IRQ(25), "3");
			assert_file(IRQ(26), "3");
			assert_file(OURS "/cpuset.cpus", "2");
		}
		core_ok(orders[i][3]);
		assert_silent();
		assert_same(before);
	}
}

/* The text comes back, not only the set. */
static void original_text(void **state)
{
	char *before;

	(void)state;
	fake_put("/proc/irq/default_smp_affinity", "00000000,0000000f");
	fake_put(IRQ(24), "0,1,2,3");
	before = fake_snapshot();
	core_ok("core add 2,3");
	core_ok("core del 2,3");
	assert_same(before);
}

static void controller_was_on(void **state)
{
	char *before;

	(void)state;
	fake_put(CGROUP "/cgroup.subtree_control", "cpuset memory");
	before = fake_snapshot();
	core_ok("core add 3");
	core_ok("core del 3");
	assert_same(before);
}

static void boot_isolation(void **state)
{
	char *before;

	(void)state;
	fake_put("/sys/devices/system/cpu/isolated", "3");
	before = fake_snapshot();
	core_ok("core add 3");
	assert_silent();
	assert_said(fake_out, "isolation: boot");
	assert_false(fs_exists(OURS));
	assert_file(CGROUP "/cgroup.subtree_control", "memory");
	/* It is about the load balancer only. */
	assert_file(IRQ(24), "0-2");
	core_ok("core del 3");
	assert_same(before);
}

static void others_partition(void **state)
{
	char *before;

	(void)state;
	fake_put(CGROUP "/cpuset.cpus.isolated", "3");
	before = fake_snapshot();
	core_ok("core add 3");
	assert_said(fake_out, "isolation: other");
	assert_false(fs_exists(OURS));
	core_ok("core del 3");
	assert_same(before);
}

static void no_cpuset(void **state)
{
	char *before;

	(void)state;
	fake_put(CGROUP "/cgroup.controllers", "cpu io memory pids");
	before = fake_snapshot();
	core_ok("core add 3");
	assert_said(fake_err, "note: CPU 3 is in no partition");
	assert_said(fake_err, "does not offer cpuset");
	assert_said(fake_err, "isolcpus=3");
	assert_said(fake_out, "isolation: partial");
	assert_false(fs_exists(OURS));
	assert_file(IRQ(24), "0-2");
	assert_file(WQ, "7");
	core_ok("core del 3");
	assert_silent();
	assert_same(before);
}

static void partition_invalid(void **state)
{
	char *before = fake_snapshot();

	(void)state;
	fake.partition_becomes =
		"isolated invalid (Cpu list in cpuset.cpus not exclusive)";
	core_ok("core add 3");
	assert_said(fake_err, "not exclusive");
	assert_said(fake_out, "isolation: partial");
	assert_false(fs_exists(OURS));
	assert_file(CGROUP "/cgroup.subtree_control", "memory");
	core_ok("core del 3");
	assert_same(before);
}

/* The second core's failure must not take the first one's partition away. */
static void second_invalid(void **state)
{
	char *before = fake_snapshot();

	(void)state;
	core_ok("core add 2");
	fake_refuse(OURS "/cpuset.cpus", EINVAL);
	core_ok("core add 3");
	assert_said(fake_err, "CPU 3 is in no partition");
	fake.refused[0] = NULL;
	assert_file(OURS "/cpuset.cpus", "2");
	assert_file(OURS "/cpuset.cpus.partition", "isolated");
	core_ok("core list");
	assert_said(fake_out, "partial");
	core_ok("core del 2,3");
	assert_same(before);
}

/* The kernel's own exclusion and ours, one after the other, both ways. */
static void workqueues_mixed(void **state)
{
	char *before;

	(void)state;
	fake.kernel_does_workqueues = true;
	fake_put(WQ "_requested", "f");
	for (int order = 0; order < 4; order++) {
		before = fake_snapshot();
		if (order & 1)
			core_ok("core add 1");
		fake_refuse(OURS "/cpuset.cpus", EINVAL);
		fake_refuse(OURS, EBUSY);
		fake.refused[order & 1 ? 1 : 0] = NULL;
		if (!(order & 1))
			fake.partition_becomes = "isolated invalid (x)";
		core_ok("core add 2");
		fake.refused[0] = fake.refused[1] = NULL;
		fake.partition_becomes = NULL;
		if (!(order & 1)) {
			assert_false(fs_exists(OURS));
			core_ok("core add 1");
		}
		assert_file(WQ, "9");
		core_ok(order & 2 ? "core del 1" : "core del 2");
		assert_file(WQ, order & 2 ? "b" : "d");
		core_ok(order & 2 ? "core del 2" : "core del 1");
		assert_same(before);
	}
}

static void workqueues_of_others(void **state)
{
	char *before;

	(void)state;
	fake_put(CGROUP "/cgroup.controllers", "cpu");
	fake_put(WQ "_requested", "f");
	fake_put(WQ, "d");
	before = fake_snapshot();
	core_ok("core add 3");
	assert_said(fake_err, "someone else's partition");
	assert_file(WQ, "d");
	core_ok("core del 3");
	assert_same(before);
}

static void foreign_cgroup(void **state)
{
	char *before;

	(void)state;
	fake_put(OURS "/cgroup.procs", "");
	before = fake_snapshot();
	core_ok("core add 3");
	assert_said(fake_err, "not turboctl's; rmdir it");
	core_ok("core del 3");
	assert_same(before);
}

static void irq_refused(void **state)
{
	char *before;

	(void)state;
	fake_irq(27, "nvme0q4", "3");
	fake_irq(5, "", "0-3");
	fake_refuse(IRQ(27), EIO);
	fake_refuse(IRQ(5), EIO);
	before = fake_snapshot();
	core_ok("core add 3");
	assert_said(fake_err, "IRQ 27 (nvme0q4) (");
	assert_null(strstr(fake_err, "IRQ 5"));
	assert_said(fake_out, "3 interrupts");
	core_ok("core del 3");
	assert_silent();
	assert_same(before);
}

static void module_refuses(void **state)
{
	char *before = fake_snapshot();

	(void)state;
	fake.fail[3] = EBUSY;
	assert_int_equal(call_turboctl("core add 3"), EX_FAILED);
	assert_said(fake_err, "CPU 3: the last CPU left");
	assert_same(before);
}

/* All or none, and what was there before stays. */
static void module_refuses_second(void **state)
{
	char *before;

	(void)state;
	core_ok("core add 1");
	before = fake_snapshot();
	fake.no_core = 3;
	assert_int_equal(call_turboctl("core add 2-3"), EX_FAILED);
	assert_said(fake_err, "CPU 3: the kernel is out of memory");
	assert_said(fake_out, "CPU 2 is no turbo core again");
	assert_int_equal(fake.nr_cores, 1);
	assert_snapshot(before);
}

static void no_isolate(void **state)
{
	char *before = fake_snapshot();

	(void)state;
	core_ok("core add --no-isolate 3");
	assert_int_equal(fake.nr_cores, 1);
	assert_said(fake_out, "isolation: none");
	assert_same(before);
	before = fake_snapshot();
	core_ok("core del 3");
	assert_same(before);
}

/* Unloaded, and perhaps loaded again, without core del. */
static void module_unloaded(void **state)
{
	char *before = fake_snapshot();

	(void)state;
	core_ok("core add 3");
	fake.nr_cores = 0;
	fake.open_error = ENOENT;
	core_ok("core del 3");
	assert_said(fake_err, "note: CPU 3 is no turbo core any more");
	assert_same(before);
}

static void module_reloaded(void **state)
{
	char *before = fake_snapshot();

	(void)state;
	core_ok("core add 3");
	fake.nr_cores = 0;
	core_ok("core add 3");
	assert_silent();
	assert_said(fake_out, "isolation: partition");
	assert_int_equal(fake.nr_cores, 1);
	/* A refusal must not undo what an earlier call did. */
	fake.nr_cores = 0;
	fake.fail[3] = ENOMEM;
	assert_int_equal(call_turboctl("core add 3"), EX_FAILED);
	assert_true(fs_exists(OURS));
	core_ok("core del 3");
	assert_same(before);
}

static void no_irqs(void **state)
{
	(void)state;
	for (int irq = 24; irq < 27; irq++) {
		char *path = xprintf("/proc/irq/%d/smp_affinity_list", irq);

		fake_put(path, "0");
		free(path);
	}
	core_ok("core add 3");
	assert_silent();
	assert_null(strstr(fake_out, "interrupt"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_core),
		TEST(newer_kernel),
		TEST(two_cores),
		TEST(original_text),
		TEST(controller_was_on),
		TEST(boot_isolation),
		TEST(others_partition),
		TEST(no_cpuset),
		TEST(partition_invalid),
		TEST(second_invalid),
		TEST(workqueues_mixed),
		TEST(workqueues_of_others),
		TEST(foreign_cgroup),
		TEST(irq_refused),
		TEST(module_refuses),
		TEST(module_refuses_second),
		TEST(no_isolate),
		TEST(module_unloaded),
		TEST(module_reloaded),
		TEST(no_irqs),
	};

	return cmocka_run_group_tests_name("isolate", tests, NULL, NULL);
}
