// SPDX-License-Identifier: GPL-2.0
/* name.c - lists of names: tests of guest-kmod/policy/name.c */
#include "test.h"

#include <fnmatch.h>
#include <string.h>

#include "name.h"

/* Text number @code over @alphabet, of up to @max characters, in @s. */
static void text(char *s, int max, unsigned int code, const char *alphabet)
{
	unsigned int base = strlen(alphabet) + 1;
	int i;

	for (i = 0; i < max && code % base; i++, code /= base)
		s[i] = alphabet[code % base - 1];
	s[i] = 0;
}

/* Patterns and names of up to six characters, against the C library's. */
static void every_pattern(void **state)
{
	char pattern[8], name[8], longer[10];
	unsigned int p, n;

	(void)state;
	for (p = 0; p < 4096; p++) {
		text(pattern, 6, p, "ab*");
		for (n = 0; n < 729; n++) {
			text(name, 6, n, "ab");
			assert_int_equal(turbo_name_match(pattern,
							  strlen(pattern), name),
					 !fnmatch(pattern, name, 0));
		}
		/* what follows a pattern's end is not part of it */
		strcpy(longer, pattern);
		strcat(longer, "a*");
		assert_int_equal(turbo_name_match(longer, strlen(pattern), "ab"),
				 !fnmatch(pattern, "ab", 0));
	}
}

static bool chosen(const char *list, const char *a, const char *b)
{
	const char * const names[] = { a, b };

	return turbo_name_chosen(list, names, b ? 2 : 1);
}

static void lists(void **state)
{
	static const struct {
		const char *list, *a, *b;
		bool yes;
	} v[] = {
		{ "", "net", NULL, false },
		{ "net", "net", NULL, true },
		{ "net", "ne", NULL, false },
		{ "net", "nett", NULL, false },
		{ "net,storage", "storage", NULL, true },
		{ "net,storage", "all", "net", true },
		{ "net,storage", "all", "other", false },
		{ "all,!0000:00:03.0", "all", "0000:00:03.0", false },
		{ "all,!0000:00:03.0", "all", "0000:00:04.0", true },
		{ "!net,net", "net", NULL, true },
		{ "net,!net", "net", NULL, false },
		{ "all,!0000:0*,0000:00:0?.0", "all", "0000:00:03.0", false },
		{ "all,!0000:0*,*:03.0", "all", "0000:00:03.0", true },
		{ ",,net,,", "net", NULL, true },
		{ ",", "", NULL, false },
		{ "!", "", NULL, false },
		{ "net,!", "net", "", true },
		{ "jbd2/*", "jbd2/vda1-8", NULL, true },
		{ "jbd2/*", "jbd2", NULL, false },
		{ "md*_raid*", "md127_raid1", NULL, true },
		{ "*", "", NULL, true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(v) / sizeof(*v); i++)
		if (chosen(v[i].list, v[i].a, v[i].b) != v[i].yes)
			fail_msg("'%s' of '%s', '%s'", v[i].list, v[i].a,
				 v[i].b ? v[i].b : "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pattern),
		cmocka_unit_test(lists),
	};

	return cmocka_run_group_tests_name("name", tests, NULL, NULL);
}
