// SPDX-License-Identifier: GPL-2.0
/* spread.c - interrupts over turbo vCPUs: tests of guest-kmod/policy/spread.c */
#include "test.h"

#include "random.h"
#include "spread.h"

#define MAX	4

/* All loads of 0 to 3 interrupts, all sets of allowed vCPUs, all present ones. */
static void every_case_of_three(void **state)
{
	struct turbo_spread_cpu cpu[3];
	int code, now, i, got;
	unsigned int least;

	(void)state;
	for (code = 0; code < 1 << 9; code++) {
		least = ~0U;
		for (i = 0; i < 3; i++) {
			cpu[i].irqs = code >> 2 * i & 3;
			cpu[i].may = code >> (6 + i) & 1;
			if (cpu[i].may && cpu[i].irqs < least)
				least = cpu[i].irqs;
		}
		for (now = -1; now <= 3; now++) {
			got = turbo_spread(cpu, 3, now);
			if (least == ~0U) {
				assert_int_equal(got, -1);
				continue;
			}
			assert_in_range(got, 0, 2);
			assert_true(cpu[got].may);
			assert_int_equal(cpu[got].irqs, least);
			/* it stays where staying is as good */
			if (now >= 0 && now < 3 && cpu[now].may &&
			    cpu[now].irqs == least)
				assert_int_equal(got, now);
		}
	}
}

static void nowhere_to_go(void **state)
{
	(void)state;
	assert_int_equal(turbo_spread(NULL, 0, -1), -1);
	assert_int_equal(turbo_spread(NULL, 0, 0), -1);
}

/* One by one they end up spread evenly, and then none of them moves. */
static void even_and_at_rest(void **state)
{
	struct turbo_spread_cpu cpu[MAX];
	int nr, irqs, where[16], i, j, to, round;

	(void)state;
	for (nr = 1; nr <= MAX; nr++) {
		for (irqs = 0; irqs <= 16; irqs++) {
			for (i = 0; i < MAX; i++)
				cpu[i] = (struct turbo_spread_cpu){ .may = true };
			/* all on the first, as they come in a guest */
			for (i = 0; i < irqs; i++)
				where[i] = 0;
			cpu[0].irqs = irqs;
			for (round = 0; round < 2; round++) {
				for (i = 0; i < irqs; i++) {
					cpu[where[i]].irqs--;
					to = turbo_spread(cpu, nr, where[i]);
					if (round)
						assert_int_equal(to, where[i]);
					where[i] = to;
					cpu[to].irqs++;
				}
			}
			for (i = 0; i < nr; i++)
				for (j = 0; j < nr; j++)
					assert_true(cpu[i].irqs <=
						    cpu[j].irqs + 1);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_case_of_three),
		cmocka_unit_test(nowhere_to_go),
		cmocka_unit_test(even_and_at_rest),
	};

	return cmocka_run_group_tests_name("spread", tests, NULL, NULL);
}
