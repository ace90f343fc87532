// SPDX-License-Identifier: GPL-2.0
/* budget_any.c - fair shares: what holds for any VMs, of kmod/policy/budget.c */
#include <string.h>

#include "test.h"

#include "budget_vm.h"

#define CPUS_MAX	8192
#define VMS_MAX		1000
#define TEN_YEARS	(10ULL * 366 * 24 * 3600 * 1000 * MS)

static size_t random_vms(struct turbo_budget *vm, u64 max_ns)
{
	size_t i, nr = 1 + random_below(random_below(20) ? 8 : VMS_MAX);

	for (i = 0; i < nr; i++) {
		set(&vm[i], 1 + random_below(TURBO_WEIGHT_MAX),
		    random_below(4) ? some_ns(max_ns) : 0,
		    random_below(2) ? some_ns(max_ns) : 0,
		    random_below(2) ? some_ns(max_ns) : 0,
		    random_below(2) ? some_ns(max_ns) : 0);
		vm[i].floor_ns = random_below(2) ? some_ns(max_ns / 50 + 1) : 0;
		vm[i].debt_ns = random_below(2) ? some_ns(max_ns) : 0;
		vm[i].spare_ns = random_below(4) ? 0 : some_ns(max_ns);
	}
	return nr;
}

static u64 least(u64 a, u64 b)
{
	return a < b ? a : b;
}

#define CLAIM_MAX	(TURBO_BUDGET_MAX_NS / 4)

static void check_claim(const struct turbo_claim *c, u64 total)
{
	u64 want = least(c->used_ns, CLAIM_MAX) + least(c->unmet_ns, CLAIM_MAX);

	assert_true(c->grant_ns <= want);
	assert_true(c->level_ns <= total);
}

static void sums(const struct turbo_budget *vm, size_t nr)
{
	u64 used_r = 0, used_t = 0, share = 0, share_t = 0, r = 0, t = 0;
	s64 share_r = 0;
	size_t i;

	for (i = 0; i < nr; i++) {
		used_r += least(vm[i].regular.used_ns, CLAIM_MAX);
		used_t += least(vm[i].turbo.used_ns, CLAIM_MAX);
		share += vm[i].share_ns;
		share_t += vm[i].turbo_share_ns;
		share_r += vm[i].regular_share_ns;
		r += vm[i].regular.grant_ns;
		t += vm[i].turbo.grant_ns;
	}
	assert_int_equal(share, used_r + used_t);
	assert_int_equal(share_t, used_t);
	assert_int_equal(share_r, used_r);
	assert_int_equal(t, used_t);
	assert_int_equal(r, used_r);
	for (i = 0; i < nr; i++) {
		check_claim(&vm[i].regular, used_r);
		check_claim(&vm[i].turbo, used_t);
	}
}

static void shares_add_up(void **state)
{
	static struct turbo_budget vm[VMS_MAX];
	size_t nr;
	int i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		nr = random_vms(vm, PERIOD * (1 + random_below(CPUS_MAX)));
		turbo_budget_compute(vm, nr);
		sums(vm, nr);
	}
}

/* Ten years between two rounds, each VM on all CPUs; or all bits set. */
static void nothing_overflows(void **state)
{
	static struct turbo_budget vm[VMS_MAX];
	size_t i, nr;
	int k;

	(void)state;
	for (k = 0; k < MANY / 30; k++) {
		nr = random_vms(vm, k % 2 ? UINT64_MAX : TEN_YEARS);
		turbo_budget_compute(vm, nr);
		sums(vm, nr);
	}
	for (i = 0; i < VMS_MAX; i++) {
		memset(&vm[i], 0xff, sizeof(vm[i]));
		vm[i].weight = i % 2 ? 1 : TURBO_WEIGHT_MAX;
	}
	turbo_budget_compute(vm, VMS_MAX);
	sums(vm, VMS_MAX);
	/* a full machine in the longest period is far from any bound */
	assert_true(CPUS_MAX * 100 * MS < CLAIM_MAX);
}

/* More weight is never less of anything, but for a nanosecond of rounding. */
static void monotone_in_weight(void **state)
{
	static struct turbo_budget vm[VMS_MAX], more[VMS_MAX];
	size_t nr, one;
	int i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		nr = random_vms(vm, PERIOD * 64);
		one = random_below(nr);
		memcpy(more, vm, sizeof(vm));
		more[one].weight += random_below(TURBO_WEIGHT_MAX + 1 -
						 more[one].weight);
		turbo_budget_compute(vm, nr);
		turbo_budget_compute(more, nr);
		assert_true(more[one].share_ns + 1 >= vm[one].share_ns);
		assert_true(more[one].turbo_share_ns + 1 >=
			    vm[one].turbo_share_ns);
		/* the rest of the rounding goes to the first that has room */
		assert_true(more[one].regular.grant_ns + STEP * nr >=
			    vm[one].regular.grant_ns);
		assert_true(more[one].turbo.grant_ns + STEP * nr >=
			    vm[one].turbo.grant_ns);
	}
}

/* Who gets less than it wants has no less, by weight, than anybody else. */
static void max_min_fair(void **state)
{
	static struct turbo_budget vm[VMS_MAX];
	size_t nr, i, j;
	int k;

	(void)state;
	for (k = 0; k < MANY / 4; k++) {
		nr = random_vms(vm, PERIOD * 64);
		if (nr > 16)
			nr = 16;
		for (i = 0; i < nr; i++) {
			vm[i].floor_ns = 0;
			vm[i].debt_ns = 0;
			vm[i].spare_ns = 0;
		}
		turbo_budget_compute(vm, nr);
		for (i = 0; i < nr; i++) {
			const struct turbo_claim *c = &vm[i].regular;

			if (c->grant_ns == c->used_ns + c->unmet_ns)
				continue;
			for (j = 0; j < nr; j++) {
				u64 a = c->grant_ns + vm[i].turbo.used_ns;
				u64 b = vm[j].regular.grant_ns +
					vm[j].turbo.used_ns;

				/* it has some that could be taken away */
				if (vm[j].regular.grant_ns <= STEP * nr)
					continue;
				assert_true(a * vm[j].weight + STEP * (nr + 1) *
					    (u64)TURBO_WEIGHT_MAX >=
					    b * vm[i].weight);
			}
		}
	}
}

/* VMs that do nothing change nothing for the others, and get a level, too. */
static void quiet_vms(void **state)
{
	static struct turbo_budget few[VMS_MAX], all[VMS_MAX];
	size_t nr, at, i, extra;
	int k;

	(void)state;
	for (k = 0; k < MANY / 4; k++) {
		nr = random_vms(few, PERIOD * 64);
		if (nr > VMS_MAX / 2)
			nr = VMS_MAX / 2;
		extra = random_below(nr + 1);
		for (i = 0, at = 0; i < nr; i++) {
			all[at++] = few[i];
			if (i < extra)
				set(&all[at++], few[i].weight, 0, 0, 0, 0);
		}
		turbo_budget_compute(few, nr);
		turbo_budget_compute(all, nr + extra);
		for (i = 0, at = 0; i < nr; i++, at++) {
			assert_int_equal(all[at].regular.grant_ns,
					 few[i].regular.grant_ns);
			assert_int_equal(all[at].turbo.grant_ns,
					 few[i].turbo.grant_ns);
			assert_int_equal(all[at].regular.level_ns,
					 few[i].regular.level_ns);
			assert_int_equal(all[at].debt_ns, few[i].debt_ns);
			assert_int_equal(all[at].spare_ns, few[i].spare_ns);
			if (i >= extra)
				continue;
			/* of the same weight, and has used nothing of it */
			at++;
			assert_int_equal(all[at].regular.grant_ns, 0);
			assert_int_equal(all[at].turbo.level_ns,
					 few[i].turbo.level_ns);
			assert_true(all[at].regular.level_ns >=
				    few[i].regular.level_ns);
			assert_int_equal(all[at].debt_ns, 0);
		}
	}
}

static void no_vms(void **state)
{
	struct turbo_budget vm;

	(void)state;
	turbo_budget_compute(NULL, 0);
	set(&vm, 1, 0, 0, 0, 0);
	turbo_budget_compute(&vm, 1);
	assert_int_equal(vm.share_ns, 0);
	assert_int_equal(vm.regular.grant_ns, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares_add_up),
		cmocka_unit_test(nothing_overflows),
		cmocka_unit_test(monotone_in_weight),
		cmocka_unit_test(max_min_fair),
		cmocka_unit_test(quiet_vms),
		cmocka_unit_test(no_vms),
	};

	return cmocka_run_group_tests_name("budget_any", tests, NULL, NULL);
}
