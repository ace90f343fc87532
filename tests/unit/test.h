/* SPDX-License-Identifier: GPL-2.0 */
/* test.h - cmocka, with what it wants included before, in its order */
#ifndef TEST_H
#define TEST_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#endif /* TEST_H */
