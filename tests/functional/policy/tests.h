/* SPDX-License-Identifier: GPL-2.0 */
/* tests.h - groups of tests; each needs the policy module loaded, or says so */
#ifndef TESTS_H
#define TESTS_H

/*
 * What the kernel does with requests that are not about SCHED_TURBO: taken
 * down once without the module, and compared with that later.  Of all requests
 * each @every-th is made.
 */
void identity_record(int every);
void identity_compare(const char *when);

void test_setting(void);
void test_refusals(void);
void test_permissions(void);
void test_reach(void);

/* Without the module: it is loaded and unloaded here, while calls are made. */
void test_cycles(int cycles, int callers);
void test_gone(const char *when);

#endif /* TESTS_H */
