// SPDX-License-Identifier: GPL-2.0
/*
 * oem.c - read the names of the turbo vCPUs
 */
#include "oem.h"

#define BITS	(8 * sizeof(unsigned long))

/* What follows @word in @s, NULL if @s begins otherwise. */
static const char *after(const char *s, const char *word)
{
	while (*word)
		if (*s++ != *word++)
			return NULL;
	return s;
}

/*
 * A decimal number at *@s, which is moved behind it.  More digits than any CPU
 * number has are a number out of range, not one that has wrapped.
 */
static enum turbo_oem number(const char **s, unsigned int limit,
			     unsigned int *n)
{
	const char *p = *s;
	u64 v = 0;

	if (*p < '0' || *p > '9')
		return TURBO_OEM_LIST;
	for (; *p >= '0' && *p <= '9'; p++) {
		v = v * 10 + (*p - '0');
		if (v >= limit)
			return TURBO_OEM_RANGE;
	}
	*s = p;
	*n = v;
	return TURBO_OEM_OK;
}

/**
 * turbo_list_parse - read a list of vCPUs
 * @s: the list, "1,3-4"
 * @cpus: bitmap of @nr_cpus bits; those named are set, the others cleared.
 *        Only meaningful if the list is understood
 * @nr_cpus: how many vCPUs there can be
 * @bad: on error, where in @s it is
 *
 * Return: TURBO_OEM_OK, TURBO_OEM_LIST or TURBO_OEM_RANGE.
 */
enum turbo_oem turbo_list_parse(const char *s, unsigned long *cpus,
				unsigned int nr_cpus, const char **bad)
{
	unsigned int i, first, last;
	enum turbo_oem err;

	for (i = 0; i < (nr_cpus + BITS - 1) / BITS; i++)
		cpus[i] = 0;
	for (;; s++) {
		*bad = s;
		err = number(&s, nr_cpus, &first);
		if (err)
			return err;
		last = first;
		if (*s == '-') {
			s++;
			err = number(&s, nr_cpus, &last);
			if (err)
				return err;
		}
		if (last < first)
			return TURBO_OEM_LIST;
		for (i = first; i <= last; i++)
			cpus[i / BITS] |= 1UL << (i % BITS);
		if (!*s)
			return TURBO_OEM_OK;
		if (*s != ',') {
			*bad = s;
			return TURBO_OEM_LIST;
		}
	}
}

/**
 * turbo_oem_parse - read an OEM string
 * @s: the string
 * @cpus: as for turbo_list_parse(); left alone if the string isn't ours
 * @nr_cpus: how many vCPUs there can be
 * @bad: on error, where in @s it is
 *
 * A string that begins with TURBO_OEM_PREFIX was meant for us, so it is an error
 * if it goes on in a way we don't know.
 *
 * Return: one of enum turbo_oem.
 */
enum turbo_oem turbo_oem_parse(const char *s, unsigned long *cpus,
			       unsigned int nr_cpus, const char **bad)
{
	const char *p = after(s, TURBO_OEM_PREFIX), *q;

	*bad = s;
	if (!p)
		return TURBO_OEM_FOREIGN;
	*bad = p;
	q = after(p, ":1:");
	if (!q)
		return TURBO_OEM_VERSION;
	*bad = q;
	p = after(q, "turbo_vcpus=");
	if (!p)
		return TURBO_OEM_KEY;
	return turbo_list_parse(p, cpus, nr_cpus, bad);
}

/**
 * turbo_oem_error - say in words what is wrong
 * @error: TURBO_OEM_VERSION or later
 */
const char *turbo_oem_error(enum turbo_oem error)
{
	switch (error) {
	case TURBO_OEM_VERSION:
		return "is not \":1:\", the version known here";
	case TURBO_OEM_KEY:
		return "is not turbo_vcpus=";
	case TURBO_OEM_LIST:
		return "is no list of vCPUs such as 1,3-4";
	case TURBO_OEM_RANGE:
		return "names a vCPU this machine can't have";
	default:
		return "";
	}
}
