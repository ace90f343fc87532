/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stats.h - a set of numbers, and its distribution as JSON
 *
 * Percentiles are by nearest rank: each is a number that was measured, and the
 * 99th of fewer than 100 numbers is simply the largest.
 */
#ifndef NUMBERS_STATS_H
#define NUMBERS_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct stats {
	uint64_t *v;
	size_t n;
	size_t room;
	bool sorted;
};

void stats_add(struct stats *s, uint64_t value);
void stats_free(struct stats *s);

/* The smallest number that at least @percent per cent are not above; 0 if empty. */
uint64_t stats_percentile(struct stats *s, double percent);

uint64_t stats_sum(const struct stats *s);

/* {"n":..,"min":..,"mean":..,"median":..,"p99":..,"p99_9":..,"max":..} */
void stats_json(struct stats *s, FILE *f);

/* [[from,count],...] of the bins @width wide that aren't empty. */
void stats_json_histogram(struct stats *s, uint64_t width, FILE *f);

#endif /* NUMBERS_STATS_H */
