// SPDX-License-Identifier: GPL-2.0
/* oem.c - the names of turbo vCPUs: tests of guest-kmod/policy/oem.c */
#include "test.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "oem.h"
#include "random.h"

#define STRING	"sched_turbo:1:turbo_vcpus=1,3-4"
#define WORDS	4
#define CANARY	0xa5a5a5a5a5a5a5a5UL

/* Of 192 CPUs at most, so the last word must never be touched. */
#define CPUS	((WORDS - 1) * 64)

static unsigned long cpus[WORDS];
static const char *bad;

static enum turbo_oem parse_list(const char *s, unsigned int nr)
{
	/* on the heap, with nothing behind its end */
	char *copy = strdup(s);
	enum turbo_oem err;
	int i;

	for (i = 0; i < WORDS; i++)
		cpus[i] = CANARY;
	bad = NULL;
	err = turbo_list_parse(copy, cpus, nr, &bad);
	assert_non_null(bad);
	if (err)	/* points into the string, its end included */
		assert_in_range(bad - copy, 0, strlen(copy));
	bad = s + (bad - copy);
	for (i = (nr + 63) / 64; i < WORDS; i++)
		assert_int_equal(cpus[i], CANARY);
	free(copy);
	return err;
}

static void list_is_what_it_says(void **state)
{
	static const struct {
		const char *s;
		unsigned long cpus;
	} good[] = {
		{ "0", 0x1 },		{ "1", 0x2 },
		{ "01", 0x2 },		{ "1,3", 0xa },
		{ "3,1", 0xa },		{ "1,1,1", 0x2 },
		{ "0-0", 0x1 },		{ "0-3", 0xf },
		{ "2-3,5", 0x2c },	{ "63", 1UL << 63 },
		{ "0-63", ~0UL },	{ "0-2,1-4", 0x1f },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(*good); i++) {
		assert_int_equal(parse_list(good[i].s, 64), TURBO_OEM_OK);
		assert_int_equal(cpus[0], good[i].cpus);
	}
	assert_int_equal(parse_list("64,191", CPUS), TURBO_OEM_OK);
	assert_int_equal(cpus[0], 0);
	assert_int_equal(cpus[1], 1);
	assert_int_equal(cpus[2], 1UL << 63);
}

static void list_of_every_set(void **state)
{
	unsigned int set, i, last;
	char s[64];
	int n;

	(void)state;
	for (set = 1; set < 1 << 12; set++) {
		for (n = 0, i = 0; i < 12; i = last + 1) {
			last = i;
			if (!(set >> i & 1))
				continue;
			while (set >> (last + 1) & 1)
				last++;
			n += snprintf(s + n, sizeof(s) - n, n ? ",%u" : "%u", i);
			if (last > i)
				n += snprintf(s + n, sizeof(s) - n, "-%u", last);
		}
		assert_int_equal(parse_list(s, 12), TURBO_OEM_OK);
		assert_int_equal(cpus[0], set);
	}
}

/* What the list is by another way: a regular expression and strtoul(). */
static enum turbo_oem reference(const regex_t *list, const char *s,
				unsigned int nr, unsigned long *set)
{
	unsigned long a, b;
	char *p;

	*set = 0;
	if (regexec(list, s, 0, NULL, 0))
		return TURBO_OEM_LIST;
	for (;; s = p + 1) {
		a = strtoul(s, &p, 10);
		b = a;
		if (*p == '-')
			b = strtoul(p + 1, &p, 10);
		if (a >= nr || b >= nr)
			return TURBO_OEM_RANGE;
		if (b < a)
			return TURBO_OEM_LIST;
		for (; a <= b; a++)
			*set |= 1UL << a;
		if (!*p)
			return TURBO_OEM_OK;
	}
}

static void list_of_every_text(void **state)
{
	static const char alphabet[] = "0149,-x";
	enum turbo_oem got, want;
	unsigned long set;
	int n, i, code;
	regex_t list;
	char s[8];

	(void)state;
	assert_false(regcomp(&list, "^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$",
			     REG_EXTENDED | REG_NOSUB));
	for (code = 0; code < 1 << 18; code++) {
		/* three bits a character, the eighth value ends the text */
		for (i = 0; i < 6 && (n = code >> 3 * i & 7) < 7; i++)
			s[i] = alphabet[n];
		s[i] = 0;
		got = parse_list(s, 42);
		want = reference(&list, s, 42, &set);
		/* of several things wrong, any may be named */
		assert_int_equal(!got, !want);
		if (!want)
			assert_int_equal(cpus[0], set);
	}
	regfree(&list);
}

static void numbers_end_at_the_last_cpu(void **state)
{
	static const char * const huge[] = {
		"4294967296", "4294967297", "18446744073709551616",
		"18446744073709551617", "99999999999999999999999999999999",
	};
	char s[32];
	size_t i;
	int nr;

	(void)state;
	for (nr = 1; nr <= CPUS; nr++) {
		snprintf(s, sizeof(s), "%d", nr - 1);
		assert_int_equal(parse_list(s, nr), TURBO_OEM_OK);
		snprintf(s, sizeof(s), "%d", nr);
		assert_int_equal(parse_list(s, nr), TURBO_OEM_RANGE);
		snprintf(s, sizeof(s), "0-%d", nr);
		assert_int_equal(parse_list(s, nr), TURBO_OEM_RANGE);
	}
	for (i = 0; i < sizeof(huge) / sizeof(*huge); i++)
		assert_int_equal(parse_list(huge[i], CPUS), TURBO_OEM_RANGE);
	assert_int_equal(parse_list("0", 0), TURBO_OEM_RANGE);
}

static enum turbo_oem parse(const char *s)
{
	char *copy = strdup(s);
	enum turbo_oem err;

	cpus[0] = CANARY;
	err = turbo_oem_parse(copy, cpus, 8, &bad);
	bad = s + (bad - copy);
	free(copy);
	return err;
}

static void string_is_found(void **state)
{
	(void)state;
	assert_int_equal(parse(STRING), TURBO_OEM_OK);
	assert_int_equal(cpus[0], 0x1a);
}

static void other_strings_are_left_alone(void **state)
{
	static const char * const other[] = {
		"", " ", "s", "Sched_turbo:1:turbo_vcpus=1", "x" STRING,
		"io.systemd.credential:a=b", "sched-turbo:1:turbo_vcpus=1",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(other) / sizeof(*other); i++) {
		assert_int_equal(parse(other[i]), TURBO_OEM_FOREIGN);
		assert_int_equal(cpus[0], CANARY);
	}
}

static void bad_strings_are_named(void **state)
{
	static const struct {
		const char *s;
		enum turbo_oem err;
		const char *bad;
	} v[] = {
		{ "sched_turbo", TURBO_OEM_VERSION, "" },
		{ "sched_turbo=3", TURBO_OEM_VERSION, "=3" },
		{ "sched_turbo:2:turbo_vcpus=1", TURBO_OEM_VERSION,
		  ":2:turbo_vcpus=1" },
		{ "sched_turbo:11:turbo_vcpus=1", TURBO_OEM_VERSION,
		  ":11:turbo_vcpus=1" },
		{ "sched_turbo:1:", TURBO_OEM_KEY, "" },
		{ "sched_turbo:1:vcpus=1", TURBO_OEM_KEY, "vcpus=1" },
		{ "sched_turbo:1:turbo_vcpus=", TURBO_OEM_LIST, "" },
		{ "sched_turbo:1:turbo_vcpus=1,", TURBO_OEM_LIST, "" },
		{ "sched_turbo:1:turbo_vcpus=1,frog", TURBO_OEM_LIST, "frog" },
		{ "sched_turbo:1:turbo_vcpus=1 ", TURBO_OEM_LIST, " " },
		{ "sched_turbo:1:turbo_vcpus=1;2", TURBO_OEM_LIST, ";2" },
		{ "sched_turbo:1:turbo_vcpus=3-1", TURBO_OEM_LIST, NULL },
		{ "sched_turbo:1:turbo_vcpus=8", TURBO_OEM_RANGE, "8" },
		{ "sched_turbo:1:turbo_vcpus=1,8", TURBO_OEM_RANGE, "8" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(v) / sizeof(*v); i++) {
		assert_int_equal(parse(v[i].s), v[i].err);
		assert_string_not_equal(turbo_oem_error(v[i].err), "");
		if (v[i].bad)
			assert_string_equal(bad, v[i].bad);
	}
}

/* Cut short, or with another character anywhere, it is refused or foreign. */
static void every_damage_is_seen(void **state)
{
	const char *list = strchr(STRING, '=') + 1;
	char s[] = STRING;
	enum turbo_oem err;
	regex_t good;
	size_t i;
	int c;

	(void)state;
	assert_false(regcomp(&good, "^[0-7]+(-[0-7]+)?(,[0-7]+(-[0-7]+)?)*$",
			     REG_EXTENDED | REG_NOSUB));
	for (i = 0; i < strlen(STRING); i++) {
		for (c = 0; c < 256; c++) {
			if (c == STRING[i])
				continue;
			s[i] = c;
			err = parse(s);
			if (i < strlen(TURBO_OEM_PREFIX))
				assert_int_equal(err, TURBO_OEM_FOREIGN);
			else if (STRING + i < list)
				assert_in_range(err, TURBO_OEM_VERSION,
						TURBO_OEM_LIST);
			else if (regexec(&good, strchr(s, '=') + 1, 0, NULL, 0))
				assert_in_range(err, TURBO_OEM_LIST,
						TURBO_OEM_RANGE);
		}
		s[i] = STRING[i];
	}
	regfree(&good);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_is_what_it_says),
		cmocka_unit_test(list_of_every_set),
		cmocka_unit_test(list_of_every_text),
		cmocka_unit_test(numbers_end_at_the_last_cpu),
		cmocka_unit_test(string_is_found),
		cmocka_unit_test(other_strings_are_left_alone),
		cmocka_unit_test(bad_strings_are_named),
		cmocka_unit_test(every_damage_is_seen),
	};

	return cmocka_run_group_tests_name("oem", tests, NULL, NULL);
}
