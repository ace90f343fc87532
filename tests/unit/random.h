/* SPDX-License-Identifier: GPL-2.0 */
/* random.h - numbers that are the same in each run */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdint.h>

/* Any 64 bits. */
uint64_t random_u64(void);

/* 0 to @n - 1. */
uint64_t random_below(uint64_t n);

/* Any number of any length, from 0 to 64 bits: small ones are as likely. */
uint64_t random_length(void);

#endif /* RANDOM_H */
