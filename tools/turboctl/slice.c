// SPDX-License-Identifier: GPL-2.0
/*
 * Turboctl slice: the slice of turbo cores
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd.h"
#include "core.h"
#include "dev.h"
#include "msg.h"
#include "units.h"

static void help(void)
{
	puts("usage: turboctl slice [--cpu CPU[,CPU|-CPU...]] TIME\n"
	     "\n"
	     "  --cpu CPU  only these turbo cores, not all\n"
	     "  TIME       100us to 10ms; a number without a unit is us");
}

static int set_listed(int fd, const struct cpus *cpus, uint64_t slice_ns)
{
	int ret = EX_OK, err;
	unsigned int cpu;

	for_each_cpu(cpu, cpus) {
		err = dev_core_slice(fd, cpu, slice_ns);
		if (err) {
			dev_refused_core(cpu, slice_ns, err);
			ret = EX_FAILED;
		}
	}
	return ret;
}

static int set_all(int fd, uint64_t slice_ns)
{
	struct sched_turbo_core *cores;
	struct cpus cpus = {};
	unsigned int nr;

	if (dev_cores(fd, &cores, &nr))
		return EX_FAILED;
	for (unsigned int i = 0; i < nr; i++)
		if (cores[i].cpu < CPUS_MAX)
			cpus_add(&cpus, cores[i].cpu);
	free(cores);
	if (!nr) {
		complain("there is no turbo core to set a slice of (turboctl core add CPU first)");
		return EX_FAILED;
	}
	return set_listed(fd, &cpus, slice_ns);
}

int cmd_slice(int argc, char **argv)
{
	static const struct option options[] = {
		{ "cpu", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct cpus cpus = {};
	bool all = true;
	uint64_t slice_ns;
	int opt, fd, ret;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (opt) {
		case 'c':
			if (parse_cpus(optarg, &cpus))
				return EX_USAGE;
			all = false;
			break;
		case 'h':
			help();
			return EX_OK;
		default:
			return usage_error("slice", NULL);
		}
	}
	if (argc - optind != 1)
		return usage_error("slice", "slice takes one time, such as 100us");
	if (parse_slice(argv[optind], &slice_ns))
		return EX_USAGE;
	fd = dev_open();
	if (fd < 0)
		return EX_FAILED;
	ret = all ? set_all(fd, slice_ns) : set_listed(fd, &cpus, slice_ns);
	close(fd);
	return ret;
}
