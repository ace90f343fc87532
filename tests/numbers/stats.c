// SPDX-License-Identifier: GPL-2.0
/*
 * stats.c - a set of numbers, and its distribution as JSON
 *
 * All numbers are kept, so that percentiles are exact: a run has some hundred
 * thousand of them at most.
 */
#include <err.h>
#include <inttypes.h>
#include <stdlib.h>

#include "stats.h"

void stats_add(struct stats *s, uint64_t value)
{
	if (s->n == s->room) {
		s->room = s->room ? s->room * 2 : 1024;
		s->v = reallocarray(s->v, s->room, sizeof(s->v[0]));
		if (!s->v)
			err(1, "reallocarray");
	}
	s->v[s->n++] = value;
	s->sorted = false;
}

void stats_free(struct stats *s)
{
	free(s->v);
	*s = (struct stats){ 0 };
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void sort(struct stats *s)
{
	if (s->sorted || !s->n)
		return;
	qsort(s->v, s->n, sizeof(s->v[0]), compare);
	s->sorted = true;
}

uint64_t stats_percentile(struct stats *s, double percent)
{
	double exact = percent * s->n / 100;
	size_t rank = exact;

	if (!s->n)
		return 0;
	sort(s);
	if (rank < exact)
		rank++;
	if (rank < 1)
		rank = 1;
	if (rank > s->n)
		rank = s->n;
	return s->v[rank - 1];
}

uint64_t stats_sum(const struct stats *s)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < s->n; i++)
		sum += s->v[i];
	return sum;
}

void stats_json(struct stats *s, FILE *f)
{
	fprintf(f, "{\"n\":%zu,\"min\":%" PRIu64 ",\"mean\":%" PRIu64
		",\"median\":%" PRIu64 ",\"p99\":%" PRIu64 ",\"p99_9\":%" PRIu64
		",\"max\":%" PRIu64 "}", s->n, stats_percentile(s, 0),
		s->n ? stats_sum(s) / s->n : 0, stats_percentile(s, 50),
		stats_percentile(s, 99), stats_percentile(s, 99.9),
		stats_percentile(s, 100));
}

void stats_json_histogram(struct stats *s, uint64_t width, FILE *f)
{
	size_t i, from = 0;

	sort(s);
	fputc('[', f);
	for (i = 1; i <= s->n; i++) {
		if (i < s->n && s->v[i] / width == s->v[from] / width)
			continue;
		fprintf(f, "%s[%" PRIu64 ",%zu]", from ? "," : "",
			s->v[from] / width * width, i - from);
		from = i;
	}
	fputc(']', f);
}
