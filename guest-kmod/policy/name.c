// SPDX-License-Identifier: GPL-2.0
/*
 * name.c - is a name on a list?
 */
#include "name.h"

/**
 * turbo_name_match - does a name fit a pattern?
 * @pattern: the pattern, where '*' stands for any characters or none
 * @len: its length
 * @name: the name
 *
 * In time of the two lengths' product at most: after a mismatch only the last
 * '*' takes one character more.
 */
bool turbo_name_match(const char *pattern, size_t len, const char *name)
{
	const char *end = pattern + len, *star = NULL, *resume = NULL;

	for (;;) {
		if (pattern < end && *pattern == '*') {
			star = ++pattern;
			resume = name;
		} else if (pattern < end && *name && *pattern == *name) {
			pattern++;
			name++;
		} else if (pattern == end && !*name) {
			return true;
		} else if (star && *resume) {
			pattern = star;
			name = ++resume;
		} else {
			return false;
		}
	}
}

/**
 * turbo_name_chosen - does a list choose what goes by some names?
 * @list: patterns with commas between them; one that begins with '!' takes back
 *        what those before it chose
 * @names: the names
 * @nr_names: how many
 *
 * Return: what the last pattern says that fits one of the names; false if none
 * does.
 */
bool turbo_name_chosen(const char *list, const char * const *names,
		       int nr_names)
{
	bool chosen = false;
	size_t len;
	bool yes;
	int i;

	for (;; list += len + 1) {
		for (len = 0; list[len] && list[len] != ','; len++)
			;
		yes = *list != '!';
		for (i = 0; i < nr_names; i++)
			if (turbo_name_match(list + !yes, len - !yes, names[i]))
				break;
		if (len > !yes && i < nr_names)
			chosen = yes;
		if (!list[len])
			return chosen;
	}
}
