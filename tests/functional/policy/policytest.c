// SPDX-License-Identifier: GPL-2.0
/*
 * policytest.c - SCHED_TURBO in the sched_*(2) calls
 *
 * Run as root with sched_turbo.ko loaded.  Loads and unloads
 * sched_turbo_policy.ko itself.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "module.h"
#include "syscall.h"
#include "tap.h"
#include "tests.h"

int main(int argc, char **argv)
{
	int cycles = 20, callers = 4, every = 1;
	bool added;

	if (argc > 4)
		every = atoi(argv[4]);
	if (argc < 2 || argc > 5 || every < 1 || geteuid()) {
		fprintf(stderr, "usage (as root): %s SCHED_TURBO_POLICY.KO [CYCLES [CALLERS [EVERY]]]\n",
			argv[0]);
		return 2;
	}
	policy_module = argv[1];
	if (argc > 2)
		cycles = atoi(argv[2]);
	if (argc > 3)
		callers = atoi(argv[3]);

	tap_start();
	syscall_start();
	if (!abi_works(IA32))
		note("no 32-bit calls on this kernel");
	added = turbo_cores() == 0 && !turbo_core_add(turbo_cpu());

	identity_record(every);
	test_gone("before loading");

	if (!is(policy_load(true), 0, "sched_turbo_policy.ko loads"))
		return tap_end();
	is(module_remove("sched_turbo"), -EWOULDBLOCK,
	   "sched_turbo.ko cannot be unloaded under it");
	is(module_remove("sched_turbo_policy"), -EWOULDBLOCK,
	   "nor can it itself while its patch is enabled");
	identity_compare("with the module loaded");
	test_setting();
	test_refusals();
	test_permissions();
	test_reach();
	is(policy_unload(), 0, "the module unloads");

	test_gone("after unloading");
	test_cycles(cycles, callers);
	test_gone("after that");
	identity_compare("after the last unloading");

	if (added)
		is(turbo_core_remove(turbo_cpu()), 0, "the turbo core goes");
	return tap_end();
}
