// SPDX-License-Identifier: GPL-2.0
/*
 * Sets of CPUs
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"

static void list_round_trip(void **state)
{
	static const char * const lists[] = {
		"", "0", "3", "0-1", "0-2,5", "1,3,5", "63-64", "0,127-129",
		"8191", "0-8191",
	};
	struct cpus set;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++) {
		char *text;

		assert_int_equal(cpus_parse_list(lists[i], &set), 0);
		text = cpus_list(&set);
		assert_string_equal(text, lists[i]);
		free(text);
	}
}

static void list_overlap(void **state)
{
	struct cpus set;
	char *text;

	(void)state;
	assert_int_equal(cpus_parse_list("5,1-3,2-4", &set), 0);
	text = cpus_list(&set);
	assert_string_equal(text, "1-5");
	free(text);
}

static void list_bad(void **state)
{
	static const char * const bad[] = {
		",", "1,", ",1", "1,,2", "-", "1-", "-1", "3-1", "1-2-3", "a",
		"1 ", " 1", "1;2", "0x1", "1-3/2", "+1",
	};
	struct cpus set;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (cpus_parse_list(bad[i], &set) != -EINVAL)
			fail_msg("'%s' was taken", bad[i]);
	assert_int_equal(cpus_parse_list("8192", &set), -ERANGE);
	assert_int_equal(cpus_parse_list("0-8192", &set), -ERANGE);
	assert_int_equal(cpus_parse_list("4294967296", &set), -ERANGE);
}

static void mask_round_trip(void **state)
{
	static const struct {
		const char *mask, *list, *back;
	} cases[] = {
		{ "f", "0-3", "f" }, { "0", "", "0" }, { "00000008", "3", "8" },
		{ "ff,ffffffff", "0-39", "ff,ffffffff" },
		{ "1,00000000", "32", "1,00000000" },
		{ "80000000,00000000,00000001", "0,95",
		  "80000000,00000000,00000001" },
		{ "00000000,00000005", "0,2", "5" }, { "A", "1,3", "a" },
	};
	struct cpus set;
	char *text;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(cpus_parse_mask(cases[i].mask, &set), 0);
		text = cpus_list(&set);
		assert_string_equal(text, cases[i].list);
		free(text);
		text = cpus_mask(&set);
		assert_string_equal(text, cases[i].back);
		free(text);
	}
}

static void mask_bad(void **state)
{
	static const char * const bad[] = {
		"", ",", "f,", ",f", "g", "fffffffff", "f f", "0x1", "-1",
	};
	struct cpus set;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (!cpus_parse_mask(bad[i], &set))
			fail_msg("'%s' was taken", bad[i]);
}

/* A kernel may print more words than it has CPUs; zeroes do no harm. */
static void mask_large(void **state)
{
	struct cpus set;
	char text[300 * 9] = "";

	(void)state;
	for (int i = 0; i < 299; i++)
		strcat(text, "00000000,");
	strcat(text, "00000001");
	assert_int_equal(cpus_parse_mask(text, &set), 0);
	assert_true(cpus_has(&set, 0));
	text[7] = '1';
	assert_int_equal(cpus_parse_mask(text, &set), -ERANGE);
}

static void algebra(void **state)
{
	struct cpus a, b, c;
	unsigned int cpu, sum = 0;

	(void)state;
	cpus_parse_list("1-3,64", &a);
	cpus_parse_list("2,64-65", &b);
	c = a;
	cpus_and(&c, &b);
	for_each_cpu(cpu, &c)
		sum += cpu;
	assert_int_equal(sum, 66);
	c = a;
	cpus_andnot(&c, &b);
	assert_true(cpus_has(&c, 1) && cpus_has(&c, 3));
	assert_false(cpus_has(&c, 2) || cpus_has(&c, 64));
	assert_true(cpus_subset(&c, &a));
	assert_false(cpus_subset(&a, &c));
	cpus_or(&c, &b);
	assert_true(cpus_has(&c, 65));
	cpus_clear(&c);
	assert_true(cpus_empty(&c));
	assert_true(cpus_subset(&c, &c));
	assert_false(cpus_has(&a, 100000));
	assert_int_equal(cpus_next(&a, 65), CPUS_MAX);
	assert_int_equal(cpus_next(&a, 4), 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_round_trip),
		cmocka_unit_test(list_overlap),
		cmocka_unit_test(list_bad),
		cmocka_unit_test(mask_round_trip),
		cmocka_unit_test(mask_bad),
		cmocka_unit_test(mask_large),
		cmocka_unit_test(algebra),
	};

	return cmocka_run_group_tests_name("cpus", tests, NULL, NULL);
}
