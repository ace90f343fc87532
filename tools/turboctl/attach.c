// SPDX-License-Identifier: GPL-2.0
/*
 * Turboctl attach: which threads are under SCHED_TURBO
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "cmd.h"
#include "dev.h"
#include "msg.h"
#include "tids.h"
#include "units.h"
#include "vcpu.h"

static void help(void)
{
	puts("usage: turboctl attach --pid PID --turbo-vcpu N[,N|-N...] [--slice TIME]\n"
	     "       turboctl attach --tid TID... [--slice TIME]\n"
	     "\n"
	     "  --pid PID         a QEMU process\n"
	     "  --turbo-vcpu N    those of its vCPUs, counted from 0\n"
	     "  --tid TID...      these threads\n"
	     "  --slice TIME      slice of their own: 100us to 10ms (default: that of\n"
	     "                    the turbo core each is on)");
}

/* All of them or none. */
static int attach(const struct tids *tids, uint64_t slice_ns)
{
	uint32_t changed;
	int fd, err = 0;
	size_t i;

	fd = dev_open();
	if (fd < 0)
		return EX_FAILED;
	for (i = 0; i < tids->nr; i++) {
		err = dev_attach(fd, tids->tid[i], slice_ns);
		if (err) {
			dev_refused_attach(tids->tid[i], slice_ns, err);
			break;
		}
	}
	if (err)
		while (i--)
			dev_detach(fd, tids->tid[i], &changed);
	close(fd);
	if (err)
		return EX_FAILED;
	for (i = 0; i < tids->nr; i++)
		printf("thread %d is under SCHED_TURBO\n", tids->tid[i]);
	return EX_OK;
}

struct args {
	unsigned int pid;
	bool has_vcpus;
	struct cpus vcpus;
	struct tids tids;
	uint64_t slice_ns;
	bool help;
};

static int parse(int argc, char **argv, struct args *args)
{
	static const struct option options[] = {
		{ "pid", required_argument, NULL, 'p' },
		{ "turbo-vcpu", required_argument, NULL, 'v' },
		{ "tid", required_argument, NULL, 't' },
		{ "slice", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (opt) {
		case 'p':
			if (parse_id("process", optarg, &args->pid))
				return EX_USAGE;
			break;
		case 'v':
			if (!*optarg || cpus_parse_list(optarg, &args->vcpus)) {
				complain("'%s' is no list of vCPUs: write 1, 1,3 or 1-3",
					 optarg);
				return EX_USAGE;
			}
			args->has_vcpus = true;
			break;
		case 't':
			if (tids_parse(&args->tids, optarg))
				return EX_USAGE;
			break;
		case 's':
			if (parse_slice(optarg, &args->slice_ns))
				return EX_USAGE;
			break;
		case 'h':
			args->help = true;
			return EX_OK;
		default:
			return usage_error("attach", NULL);
		}
	}
	if (!args->pid == !args->tids.nr)
		return usage_error("attach", "either --pid with --turbo-vcpu, or --tid");
	if (!args->pid != !args->has_vcpus)
		return usage_error("attach", "--pid and --turbo-vcpu go together");
	if (args->pid && optind < argc)
		return usage_error("attach", "what is '%s' for?", argv[optind]);
	for (; optind < argc; optind++)
		if (tids_parse(&args->tids, argv[optind]))
			return EX_USAGE;
	return EX_OK;
}

int cmd_attach(int argc, char **argv)
{
	struct args args = {};
	int ret = parse(argc, argv, &args);

	if (args.help)
		help();
	else if (ret == EX_OK && args.pid &&
		 vcpu_threads(args.pid, &args.vcpus, &args.tids))
		ret = EX_FAILED;
	else if (ret == EX_OK)
		ret = attach(&args.tids, args.slice_ns);
	tids_free(&args.tids);
	return ret;
}
