// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers, times, names
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fake.h"
#include "tids.h"
#include "units.h"

static void numbers(void **state)
{
	unsigned int n;

	(void)state;
	assert_int_equal(parse_number("0", 10, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(parse_number("10", 10, &n), 0);
	assert_int_equal(n, 10);
	assert_int_equal(parse_number("11", 10, &n), -ERANGE);
	assert_int_equal(parse_number("99999999999999999999", 10, &n), -ERANGE);
	assert_int_equal(parse_number("", 10, &n), -EINVAL);
	assert_int_equal(parse_number("-1", 10, &n), -EINVAL);
	assert_int_equal(parse_number("+1", 10, &n), -EINVAL);
	assert_int_equal(parse_number(" 1", 10, &n), -EINVAL);
	assert_int_equal(parse_number("1x", 10, &n), -EINVAL);
	assert_int_equal(parse_number("0x1", 10, &n), -EINVAL);
}

static void durations(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} good[] = {
		{ "100", 100000 }, { "100us", 100000 }, { "0.1ms", 100000 },
		{ "0.10ms", 100000 }, { "100000ns", 100000 },
		{ "0.0001s", 100000 }, { "1.5ms", 1500000 }, { "0.5", 500 },
		{ "0.000000001s", 1 }, { "1.000000000000ms", 1000000 },
		{ "10ms", 10000000 }, { "2s", 2000000000 }, { "0", 0 },
		{ "12.345us", 12345 },
	};
	static const char * const bad[] = {
		"", "us", ".1ms", "1.", "1.ms", "-1us", "+1us", " 1us", "1 us",
		"1us ", "1m", "1US", "1min", "0.0001us", "1.5ns", "0x10us",
		"1e3us", "1.0000000001s", "1..5ms", "100us100us",
	};
	uint64_t ns;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		ns = ~0ULL;
		assert_int_equal(parse_duration(good[i].text, NSEC_PER_USEC,
						&ns), 0);
		assert_int_equal(ns, good[i].ns);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (parse_duration(bad[i], NSEC_PER_USEC, &ns) != -EINVAL)
			fail_msg("'%s' was taken", bad[i]);
	assert_int_equal(parse_duration("99999999999999999999s", 1, &ns),
			 -ERANGE);
	assert_int_equal(parse_duration("18446744074s", 1, &ns), -ERANGE);
	assert_int_equal(parse_duration("18446744072s", 1, &ns), 0);
}

static void durations_back(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} cases[] = {
		{ 0, "0ns" }, { 1, "1ns" }, { 999, "999ns" }, { 1000, "1us" },
		{ 1500, "1.5us" }, { 12345, "12.345us" }, { 100000, "100us" },
		{ 105000, "105us" }, { 1000000, "1ms" }, { 1050000, "1.05ms" },
		{ 1005000, "1.005ms" }, { 1000500, "1000.5us" },
		{ 10000000, "10ms" }, { 1000000000, "1s" },
		{ 2500000000, "2.5s" },
		{ 1000000001, "1000000.001us" },
	};
	char buf[DURATION_LEN];
	uint64_t ns;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_string_equal(format_duration(cases[i].ns, buf),
				    cases[i].text);
		assert_int_equal(parse_duration(buf, 1, &ns), 0);
		assert_int_equal(ns, cases[i].ns);
	}
	format_duration(UINT64_MAX, buf);
	assert_string_equal(buf, "18446744073709551.615us");
}

static void vcpu_names(void **state)
{
	unsigned int n;

	(void)state;
	assert_int_equal(parse_vcpu_name("CPU 0/KVM", &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(parse_vcpu_name("CPU 127/KVM", &n), 0);
	assert_int_equal(n, 127);
	assert_int_not_equal(parse_vcpu_name("CPU 1/TCG", &n), 0);
	assert_int_not_equal(parse_vcpu_name("CPU /KVM", &n), 0);
	assert_int_not_equal(parse_vcpu_name("CPU 1/KVMX", &n), 0);
	assert_int_not_equal(parse_vcpu_name("CPU 1x/KVM", &n), 0);
	assert_int_not_equal(parse_vcpu_name("CPU -1/KVM", &n), 0);
	assert_int_not_equal(parse_vcpu_name("CPU 99999999999/KVM", &n), 0);
	assert_int_not_equal(parse_vcpu_name("cpu 1/KVM", &n), 0);
	assert_int_not_equal(parse_vcpu_name("qemu", &n), 0);
	assert_int_not_equal(parse_vcpu_name("", &n), 0);
}

static void names_for_terminals(void **state)
{
	char name[] = "a\033[2J\n\x7f\xc3\xa9 ~";

	(void)state;
	assert_string_equal(printable(name), "a?[2J???? ~");
}

static void thread_ids(void **state)
{
	struct tids tids = {};

	(void)state;
	assert_int_equal(tids_parse(&tids, "7,8,7"), 0);
	assert_int_equal(tids_parse(&tids, "9"), 0);
	assert_int_equal(tids.nr, 3);
	assert_int_equal(tids.tid[2], 9);
	tids_free(&tids);
	assert_int_not_equal(tids_parse(&tids, "0"), 0);
	assert_int_not_equal(tids_parse(&tids, "1,"), 0);
	assert_int_not_equal(tids_parse(&tids, "2147483648"), 0);
	assert_int_equal(tids_parse(&tids, "2147483647"), 0);
	tids_free(&tids);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(durations),
		cmocka_unit_test(durations_back),
		cmocka_unit_test(vcpu_names),
		cmocka_unit_test(names_for_terminals),
		cmocka_unit_test(thread_ids),
	};

	return cmocka_run_group_tests_name("units", tests, NULL, NULL);
}
