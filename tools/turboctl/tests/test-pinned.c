// SPDX-License-Identifier: GPL-2.0
/*
 * Threads that are pinned to turbo cores, or to others
 */
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "fs.h"

static void assert_affinity(int tid, const char *list)
{
	char *is = cpus_list(&fake_find_thread(tid)->affinity);

	assert_string_equal(is, list);
	free(is);
}

/* 6.1 unpins everybody; 6.2 and later do not, and we don't meddle. */
static void pinned_threads(void **state)
{
	char *before, *saved;

	(void)state;
	fake_thread(100, 100, "free", "0-3");
	fake_thread(100, 101, "odd) name (", "1,3");
	fake_thread(100, 102, "low", "0-1");
	fake_thread(100, 103, "alone", "3");
	fake_thread(100, 104, "two", "2-3");
	for (int forgets = 0; forgets < 2; forgets++) {
		fake.kernel_forgets_affinity = forgets;
		fake.nr_setaffinity = 0;
		before = fake_snapshot();
		core_ok("core add 3");
		assert_said(fake_err, "pinned to nothing but turbo cores, and moved elsewhere by the kernel until core del: 103 (alone)");
		saved = fake_get(FAKE_STATE);
		assert_said(saved, "\"start\":10100");
		free(saved);
		assert_affinity(100, "0-2");
		assert_affinity(101, "1");
		assert_affinity(102, "0-1");
		assert_affinity(103, "0-2");
		assert_affinity(104, "2");
		core_ok("core add 2");
		assert_affinity(104, "0-1");
		assert_affinity(101, "1");
		core_ok("core del 3");
		assert_affinity(101, "1,3");
		assert_affinity(103, "3");
		assert_affinity(104, "3");
		core_ok("core del 2");
		assert_silent();
		if (!forgets)
			assert_int_equal(fake.nr_setaffinity, 0);
		assert_same(before);
	}
}

static void pinned_meanwhile(void **state)
{
	struct fake_thread *thread;

	(void)state;
	fake.kernel_forgets_affinity = true;
	fake_thread(100, 101, "moved", "1,3");
	fake_thread(100, 102, "new", "0-3");
	core_ok("core add 3");
	thread = fake_find_thread(101);
	cpus_parse_list("0", &thread->affinity);
	thread = fake_find_thread(102);
	cpus_parse_list("2", &thread->affinity);
	core_ok("core del 3");
	assert_said(fake_err, "thread 101 (moved) is left alone");
	assert_affinity(101, "0");
	assert_affinity(102, "2");
	assert_false(fs_exists(FAKE_STATE));
}

/* A kernel that remembers knows more than we see: what was asked for. */
static void asked_meanwhile(void **state)
{
	struct fake_thread *thread;

	(void)state;
	fake_thread(100, 101, "asks", "0-3");
	core_ok("core add 3");
	thread = fake_find_thread(101);
	cpus_parse_list("1,3", &thread->user);
	cpus_parse_list("1", &thread->affinity);
	core_ok("core del 3");
	assert_affinity(101, "1,3");
	assert_int_equal(fake.nr_setaffinity, 0);
}

/* 6.1, and no partition after all: pins come back whole. */
static void pinned_no_partition(void **state)
{
	char *before;

	(void)state;
	fake.kernel_forgets_affinity = true;
	fake.partition_becomes = "isolated invalid (x)";
	fake_thread(100, 101, "pinned", "1,3");
	before = fake_snapshot();
	core_ok("core add 3");
	assert_affinity(101, "1,3");
	core_ok("core del 3");
	assert_same(before);
}

/* The module pins those under SCHED_TURBO. */
static void pinned_attached(void **state)
{
	(void)state;
	fake.kernel_forgets_affinity = true;
	fake_thread(100, 101, "vcpu", "2");
	fake_attach(101, 100, "vcpu");
	core_ok("core add 3");
	assert_int_equal(fake.nr_setaffinity, 0);
	core_ok("core del 3");
	assert_int_equal(fake.nr_setaffinity, 0);
}

/* The same for one that is attached while cores are added. */
static void attached_meanwhile(void **state)
{
	(void)state;
	fake.kernel_forgets_affinity = true;
	fake_thread(100, 101, "vcpu", "2");
	fake.attached_meanwhile = 101;
	core_ok("core add 2");
	assert_silent();
	assert_int_equal(fake.nr_setaffinity, 0);
	core_ok("core del 2");
	assert_silent();
	assert_int_equal(fake.nr_setaffinity, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pinned_threads),
		TEST(pinned_meanwhile),
		TEST(asked_meanwhile),
		TEST(pinned_no_partition),
		TEST(pinned_attached),
		TEST(attached_meanwhile),
	};

	return cmocka_run_group_tests_name("pinned", tests, NULL, NULL);
}
