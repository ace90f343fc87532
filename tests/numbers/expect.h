/* SPDX-License-Identifier: GPL-2.0 */
/*
 * expect.h - for the tests of the measuring programs
 */
#ifndef NUMBERS_EXPECT_H
#define NUMBERS_EXPECT_H

#include <stdio.h>

static int failed;

#define EXPECT(what, want) do {						\
	unsigned long long got_ = (what), want_ = (want);		\
	if (got_ != want_) {						\
		printf("line %d: %s is %llu, not %llu\n", __LINE__,	\
		       #what, got_, want_);				\
		failed = 1;						\
	}								\
} while (0)

#endif /* NUMBERS_EXPECT_H */
