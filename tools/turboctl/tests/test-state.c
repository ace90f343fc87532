// SPDX-License-Identifier: GPL-2.0
/*
 * The state file
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake.h"
#include "fs.h"
#include "state.h"

static void fill(struct state *st)
{
	struct saved_thread *thread;
	struct saved_file *file;

	memset(st, 0, sizeof(*st));
	cpus_parse_list("2-3", &st->cores);
	cpus_parse_list("3", &st->partition);
	st->has_cgroup = true;
	st->has_controller = true;
	for (int i = 0; i < 3; i++) {
		file = state_add_file(st);
		file->path = xprintf("/proc/irq/%d/smp_affinity_list", i);
		file->shown = xstrdup(file->path);
		file->name = xprintf("IRQ %d (\"odd\\ name\")", i);
		file->tag = xprintf("PCI-MSI %d", i);
		file->original = xstrdup("0-3");
		file->mask = i == 1;
		cpus_parse_list("0-1", &file->ours);
		cpus_parse_list("2-3", &file->excluded);
	}
	thread = state_add_thread(st);
	thread->tid = 4711;
	thread->start = 0xfedcba9876543210;
	cpus_parse_list("1,3,8191", &thread->original);
	cpus_parse_list("1", &thread->ours);
}

static void round_trip(void **state)
{
	struct state a, b;
	int lock;

	(void)state;
	lock = state_lock();
	assert_true(lock >= 0);
	fill(&a);
	assert_int_equal(state_save(&a), 0);
	assert_int_equal(state_load(&b), 0);
	assert_true(cpus_equal(&a.cores, &b.cores));
	assert_true(cpus_equal(&a.partition, &b.partition));
	assert_true(b.has_cgroup);
	assert_true(b.has_controller);
	assert_int_equal(b.nr_files, 3);
	assert_int_equal(b.nr_threads, 1);
	for (int i = 0; i < 3; i++) {
		assert_string_equal(a.files[i].path, b.files[i].path);
		assert_string_equal(a.files[i].shown, b.files[i].shown);
		assert_string_equal(a.files[i].name, b.files[i].name);
		assert_string_equal(a.files[i].tag, b.files[i].tag);
		assert_string_equal(a.files[i].original, b.files[i].original);
		assert_int_equal(a.files[i].mask, b.files[i].mask);
		assert_true(cpus_equal(&a.files[i].ours, &b.files[i].ours));
		assert_true(cpus_equal(&a.files[i].excluded,
				       &b.files[i].excluded));
	}
	assert_int_equal(b.threads[0].tid, 4711);
	assert_true(b.threads[0].start == 0xfedcba9876543210);
	assert_true(cpus_equal(&a.threads[0].original, &b.threads[0].original));
	assert_true(cpus_equal(&a.threads[0].ours, &b.threads[0].ours));
	assert_non_null(state_thread(&b, 4711, 0xfedcba9876543210));
	assert_null(state_thread(&b, 4711, 1));
	state_free(&a);
	state_free(&b);
	state_unlock(lock);
}

static void nothing_saved(void **state)
{
	struct state st;

	(void)state;
	assert_int_equal(state_load(&st), 0);
	assert_true(cpus_empty(&st.cores));
	assert_int_equal(st.nr_files, 0);
	state_free(&st);
}

static void empty_is_no_file(void **state)
{
	struct state st;
	int lock = state_lock();

	(void)state;
	fill(&st);
	assert_int_equal(state_save(&st), 0);
	assert_true(fs_exists(FAKE_STATE));
	state_free(&st);
	assert_int_equal(state_save(&st), 0);
	assert_false(fs_exists(FAKE_STATE));
	/* And again, without one. */
	assert_int_equal(state_save(&st), 0);
	state_unlock(lock);
}

static void garbage(void **state)
{
	static const char * const texts[] = {
		"", "{", "[]", "{}", "42", "{\"schema\": 1}",
		"{\"schema\": 2, \"cores\": \"\", \"cgroup\": false, \"controller\": false, \"partition\": \"\", \"files\": [], \"threads\": []}",
		"{\"schema\": 1, \"cores\": \"x\", \"cgroup\": false, \"controller\": false, \"partition\": \"\", \"files\": [], \"threads\": []}",
		"{\"schema\": 1, \"cores\": \"1\", \"cgroup\": false, \"controller\": false, \"partition\": \"\", \"files\": [{\"path\": \"/x\"}], \"threads\": []}",
		"{\"schema\": 1, \"cores\": \"1\", \"cgroup\": false, \"controller\": false, \"partition\": \"\", \"files\": [3], \"threads\": []}",
		"{\"schema\": 1, \"cores\": \"1\", \"cgroup\": false, \"controller\": false, \"partition\": \"\", \"files\": [], \"threads\": [{}]}",
	};
	struct state st;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		fake_put(FAKE_STATE, texts[i]);
		if (state_load(&st) != -EBADMSG)
			fail_msg("'%s' was taken", texts[i]);
		assert_int_equal(st.nr_files, 0);
	}
	/* Nothing is changed on top of what one cannot read. */
	assert_int_equal(call_turboctl("core add 3"), EX_FAILED);
	assert_said(fake_err, "state.json is not what turboctl wrote there");
	assert_int_equal(fake.nr_cores, 0);
}

/* The old file stays until the new one is whole. */
static void atomic(void **state)
{
	char *new = xprintf("%s%s.new", fake.root, FAKE_STATE);
	struct state st;
	char *before, *after;
	int lock = state_lock();

	(void)state;
	fill(&st);
	assert_int_equal(state_save(&st), 0);
	before = fake_get(FAKE_STATE);
	/* In the way of the new one. */
	assert_int_equal(mkdir(new, 0755), 0);
	cpus_clear(&st.partition);
	assert_true(state_save(&st) < 0);
	after = fake_get(FAKE_STATE);
	assert_string_equal(before, after);
	assert_int_equal(rmdir(new), 0);
	assert_int_equal(state_save(&st), 0);
	assert_false(fs_exists(FAKE_STATE ".new"));
	free(before);
	free(after);
	free(new);
	state_free(&st);
	state_unlock(lock);
}

/* A link in /run could make root write anywhere. */
static void no_links(void **state)
{
	char *victim = xprintf("%s/victim", fake.root);
	char *new = xprintf("%s%s.new", fake.root, FAKE_STATE);
	struct state st;
	int lock = state_lock();

	(void)state;
	fake_put("/victim", "precious");
	assert_int_equal(symlink(victim, new), 0);
	fill(&st);
	assert_int_equal(state_save(&st), -ELOOP);
	assert_file("/victim", "precious");
	state_free(&st);
	free(victim);
	free(new);
	state_unlock(lock);
}

static void other_dir(void **state)
{
	char *dir = xprintf("%s/elsewhere", fake.root);
	struct state st;
	int lock;

	(void)state;
	setenv("TURBOCTL_STATE_DIR", dir, 1);
	lock = state_lock();
	fill(&st);
	assert_int_equal(state_save(&st), 0);
	assert_true(fs_exists("/elsewhere/state.json"));
	assert_false(fs_exists(FAKE_STATE));
	state_free(&st);
	state_unlock(lock);
	unsetenv("TURBOCTL_STATE_DIR");
	free(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(round_trip, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(nothing_saved, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(empty_is_no_file, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(garbage, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(atomic, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(no_links, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(other_dir, fake_setup,
						fake_teardown),
	};

	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}
