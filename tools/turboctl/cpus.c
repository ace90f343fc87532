// SPDX-License-Identifier: GPL-2.0
/*
 * Sets of CPUs, and the two forms in which the kernel writes them
 *
 * The list form is "0-2,5", the mask form "ff,ffffffff": hexadecimal words of
 * 32 bits, the highest first.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpus.h"
#include "msg.h"

#define WORDS	(CPUS_MAX / 64)

void cpus_clear(struct cpus *set)
{
	memset(set, 0, sizeof(*set));
}

void cpus_add(struct cpus *set, unsigned int cpu)
{
	set->bits[cpu / 64] |= 1ULL << (cpu % 64);
}

void cpus_del(struct cpus *set, unsigned int cpu)
{
	set->bits[cpu / 64] &= ~(1ULL << (cpu % 64));
}

bool cpus_has(const struct cpus *set, unsigned int cpu)
{
	return cpu < CPUS_MAX && (set->bits[cpu / 64] >> (cpu % 64) & 1);
}

bool cpus_empty(const struct cpus *set)
{
	return cpus_next(set, 0) == CPUS_MAX;
}

bool cpus_equal(const struct cpus *a, const struct cpus *b)
{
	return !memcmp(a, b, sizeof(*a));
}

bool cpus_subset(const struct cpus *a, const struct cpus *of)
{
	for (int i = 0; i < WORDS; i++)
		if (a->bits[i] & ~of->bits[i])
			return false;
	return true;
}

void cpus_or(struct cpus *set, const struct cpus *with)
{
	for (int i = 0; i < WORDS; i++)
		set->bits[i] |= with->bits[i];
}

void cpus_and(struct cpus *set, const struct cpus *with)
{
	for (int i = 0; i < WORDS; i++)
		set->bits[i] &= with->bits[i];
}

void cpus_andnot(struct cpus *set, const struct cpus *without)
{
	for (int i = 0; i < WORDS; i++)
		set->bits[i] &= ~without->bits[i];
}

/* The first member at or after @from, CPUS_MAX if there is none. */
unsigned int cpus_next(const struct cpus *set, unsigned int from)
{
	while (from < CPUS_MAX) {
		uint64_t word = set->bits[from / 64] >> (from % 64);

		if (word)
			return from + __builtin_ctzll(word);
		from = (from / 64 + 1) * 64;
	}
	return CPUS_MAX;
}

/* A decimal CPU number at *@text, which moves behind it. */
static int parse_cpu(const char **text, unsigned int *cpu)
{
	const char *s = *text;
	unsigned int n = 0;

	if (!isdigit((unsigned char)*s))
		return -EINVAL;
	for (; isdigit((unsigned char)*s); s++) {
		n = n * 10 + (*s - '0');
		if (n >= CPUS_MAX)
			return -ERANGE;
	}
	*cpu = n;
	*text = s;
	return 0;
}

/* "0-2,5"; the empty text is the empty set, as in the kernel's files. */
int cpus_parse_list(const char *text, struct cpus *set)
{
	unsigned int first, last;
	int err;

	cpus_clear(set);
	if (!*text)
		return 0;
	for (;;) {
		err = parse_cpu(&text, &first);
		if (err)
			return err;
		last = first;
		if (*text == '-') {
			text++;
			err = parse_cpu(&text, &last);
			if (err)
				return err;
		}
		if (last < first)
			return -EINVAL;
		for (; first <= last; first++)
			cpus_add(set, first);
		if (!*text)
			return 0;
		if (*text++ != ',')
			return -EINVAL;
	}
}

int cpus_parse_mask(const char *text, struct cpus *set)
{
	unsigned int shift = 0;
	const char *word;
	int i, len;

	cpus_clear(set);
	/* From the end, because the lowest word is the last. */
	word = text + strlen(text);
	do {
		const char *end = word;

		while (word > text && word[-1] != ',')
			word--;
		len = end - word;
		if (!len || len > 8)
			return -EINVAL;
		for (i = 0; i < len; i++) {
			int c = tolower((unsigned char)end[-1 - i]);
			unsigned int digit;

			if (!isxdigit(c))
				return -EINVAL;
			digit = isdigit(c) ? c - '0' : c - 'a' + 10;
			if (!digit)
				continue;
			if (shift + 4 * i >= CPUS_MAX)
				return -ERANGE;
			set->bits[(shift + 4 * i) / 64] |=
				(uint64_t)digit << ((shift + 4 * i) % 64);
		}
		shift += 32;
	} while (word-- > text);
	return 0;
}

/* The caller frees what these two return. */
char *cpus_list(const struct cpus *set)
{
	unsigned int first, last;
	size_t size;
	char *text;
	FILE *f;

	f = open_memstream(&text, &size);
	if (!f)
		die_nomem();
	for (first = cpus_next(set, 0); first < CPUS_MAX;
	     first = cpus_next(set, last + 1)) {
		last = first;
		while (cpus_has(set, last + 1))
			last++;
		fprintf(f, last > first ? "%s%u-%u" : "%s%u",
			ftell(f) ? "," : "", first, last);
	}
	if (fclose(f))
		die_nomem();
	return text;
}

char *cpus_mask(const struct cpus *set)
{
	bool started = false;
	size_t size;
	char *text;
	FILE *f;

	f = open_memstream(&text, &size);
	if (!f)
		die_nomem();
	for (int i = CPUS_MAX / 32 - 1; i >= 0; i--) {
		unsigned int word = set->bits[i / 2] >> (32 * (i % 2));

		if (!started && !word && i)
			continue;
		fprintf(f, started ? ",%08x" : "%x", word);
		started = true;
	}
	if (fclose(f))
		die_nomem();
	return text;
}
