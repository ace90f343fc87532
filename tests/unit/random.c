// SPDX-License-Identifier: GPL-2.0
/* random.c - numbers that are the same in each run */
#include "random.h"

uint64_t random_u64(void)
{
	/* splitmix64: each output is a permutation of a counter */
	static uint64_t state = 0x5442;
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

uint64_t random_below(uint64_t n)
{
	return random_u64() % n;
}

uint64_t random_length(void)
{
	unsigned int bits = random_below(65);

	return bits ? random_u64() >> (64 - bits) : 0;
}
