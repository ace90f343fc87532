/* SPDX-License-Identifier: GPL-2.0 */
/* tap.h - test results, one a line */
#ifndef TAP_H
#define TAP_H

#include <stdbool.h>

/* Must come first; children made after that go on counting. */
void tap_start(void);

/* Prints "ok N - ..." or "not ok N - ...". */
bool ok(bool good, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The same for a number that is to be @want. */
bool is(long got, long want, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

void skip(const char *why, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A line that is no result. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The closing line.  Returns the exit status of the program. */
int tap_end(void);

#endif /* TAP_H */
