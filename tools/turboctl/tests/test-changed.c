// SPDX-License-Identifier: GPL-2.0
/*
 * Undoing what someone else has changed meanwhile
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

static void controller_in_use_by_then(void **state)
{
	(void)state;
	core_ok("core add 3");
	fake_put(CGROUP "/machine.slice/cpuset.cpus", "0-1");
	core_ok("core del 3");
	assert_said(fake_err, "machine.slice uses it by now");
	assert_false(fs_exists(OURS));
	assert_file(CGROUP "/cgroup.subtree_control", "cpuset memory");
	assert_false(fs_exists(FAKE_STATE));
}

/* Someone else's word stands, and is named. */
static void changed_meanwhile(void **state)
{
	(void)state;
	core_ok("core add 3");
	fake_put(IRQ(24), "1");
	fake_put(WQ, "3");
	core_ok("core del 3");
	assert_said(fake_err, "IRQ 24 (virtio0-config) is left alone: its CPUs are 1 now, and were 0-2");
	assert_said(fake_err, "the mask of the unbound work queues is left alone: its CPUs are 0-1 now, and were 0-2");
	assert_file(IRQ(24), "1");
	assert_file(IRQ(25), "2-3");
	assert_file(WQ, "3");
	assert_false(fs_exists(OURS));
	assert_false(fs_exists(FAKE_STATE));
}

/* The same set in another form is no change. */
static void same_set(void **state)
{
	(void)state;
	core_ok("core add 3");
	fake_put(IRQ(24), "0,1,2");
	core_ok("core del 3");
	assert_silent();
	assert_file(IRQ(24), "0-3");
}

/* Changed back to the original, and so there is nothing to say. */
static void undone_meanwhile(void **state)
{
	char *before = fake_snapshot();

	(void)state;
	core_ok("core add 3");
	fake_put(IRQ(24), "0-3");
	core_ok("core del 3");
	assert_silent();
	assert_same(before);
}

/* A later core starts from what someone else set. */
static void changed_between(void **state)
{
	(void)state;
	core_ok("core add 2");
	fake_put(IRQ(24), "1-3");
	core_ok("core add 3");
	assert_file(IRQ(24), "1-2");
	core_ok("core del 2");
	assert_file(IRQ(24), "1-2");
	core_ok("core del 3");
	assert_silent();
	assert_file(IRQ(24), "1-3");
}

static void irq_gone(void **state)
{
	(void)state;
	core_ok("core add 3");
	fake_remove(IRQ(24));
	fake_put("/sys/kernel/irq/25/hwirq", "77");
	core_ok("core del 3");
	assert_null(strstr(fake_err, "IRQ 24"));
	assert_said(fake_err, "IRQ 25 (virtio0-input.0) is left alone: its number is another interrupt's by now");
	assert_file(IRQ(25), "2");
	assert_file(IRQ(26), "3");
}

static void cgroup_changed(void **state)
{
	(void)state;
	core_ok("core add 3");
	fake_put(OURS "/cpuset.cpus", "2-3");
	core_ok("core del 3");
	assert_said(fake_err, "cpuset.cpus is left alone: it has 2-3 now, and had 3");
	assert_file(OURS "/cpuset.cpus", "2-3");
	assert_file(CGROUP "/cgroup.subtree_control", "cpuset memory");
	assert_false(fs_exists(FAKE_STATE));
}

static void cgroup_became_root(void **state)
{
	(void)state;
	core_ok("core add 3");
	fake_put(OURS "/cpuset.cpus.partition", "root");
	core_ok("core del 3");
	assert_said(fake_err, "'root' partition");
	assert_true(fs_exists(OURS));
}

static void cgroup_gone(void **state)
{
	char *before = fake_snapshot();

	(void)state;
	core_ok("core add 3");
	assert_int_equal(fs_rmdir(OURS), 0);
	core_ok("core del 3");
	assert_said(fake_err, "sched_turbo is gone already");
	assert_same(before);
}

/* Gone and needed again: made again, and still undone. */
static void cgroup_gone_between(void **state)
{
	char *before = fake_snapshot();

	(void)state;
	core_ok("core add 2");
	assert_int_equal(fs_rmdir(OURS), 0);
	core_ok("core add 3");
	assert_file(OURS "/cpuset.cpus", "2-3");
	core_ok("core del 2-3");
	assert_silent();
	assert_same(before);
}

static void cgroup_busy(void **state)
{
	(void)state;
	core_ok("core add 3");
	fake_refuse(OURS, EBUSY);
	core_ok("core del 3");
	assert_said(fake_err, "sched_turbo stays: Device or resource busy (move the processes");
	assert_file(OURS "/cpuset.cpus.partition", "member");
}

/* Died after the state was written: nothing that was not changed is named. */
static void died_before_changes(void **state)
{
	char *before, *saved;

	(void)state;
	core_ok("core add 3");
	saved = fake_get(FAKE_STATE);
	core_ok("core del 3");
	before = fake_snapshot();
	fake_put(FAKE_STATE, saved);
	free(saved);
	core_ok("core del 3");
	assert_null(strstr(fake_err, "IRQ"));
	assert_same(before);
}

/* Died during the undo: the rest of it can still be done. */
static void died_during_undo(void **state)
{
	char *before = fake_snapshot();

	(void)state;
	core_ok("core add 2-3");
	fake_put(IRQ(24), "0-1,3");
	fake_put(WQ, "b");
	core_ok("core del 3");
	assert_silent();
	core_ok("core del 2");
	assert_silent();
	assert_same(before);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(controller_in_use_by_then),
		TEST(changed_meanwhile),
		TEST(same_set),
		TEST(undone_meanwhile),
		TEST(changed_between),
		TEST(irq_gone),
		TEST(cgroup_changed),
		TEST(cgroup_became_root),
		TEST(cgroup_gone),
		TEST(cgroup_gone_between),
		TEST(cgroup_busy),
		TEST(died_before_changes),
		TEST(died_during_undo),
	};

	return cmocka_run_group_tests_name("changed", tests, NULL, NULL);
}
