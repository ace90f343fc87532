// SPDX-License-Identifier: GPL-2.0
/*
 * Turboctl attach: which threads are under SCHED_TURBO
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "attach.h"
#include "cmd.h"
#include "dev.h"
#include "msg.h"
#include "qmp.h"
#include "tids.h"
#include "units.h"
#include "vcpu.h"

static void help(void)
{
	puts("usage: turboctl attach --pid PID --turbo-vcpu N[,N|-N...] [--slice TIME]\n"
	     "       turboctl attach --qmp SOCKET --turbo-vcpu N[,N|-N...] [--slice TIME]\n"
	     "       turboctl attach --tid TID... [--slice TIME]\n"
	     "\n"
	     "  --pid PID         a QEMU process\n"
	     "  --qmp SOCKET      that which has this monitor, a UNIX socket; its vCPUs\n"
	     "                    need no names then\n"
	     "  --turbo-vcpu N    those of its vCPUs, counted from 0\n"
	     "  --tid TID...      these threads\n"
	     "  --slice TIME      slice of their own: 100us to 10ms (default: that of\n"
	     "                    the turbo core each is on)");
}

/* All of them or none. */
int attach_threads(const struct tids *tids, uint64_t slice_ns)
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
	const char *qmp;
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
		{ "qmp", required_argument, NULL, 'q' },
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
		case 'q':
			args->qmp = optarg;
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
	if (!!args->pid + !!args->qmp + !!args->tids.nr != 1)
		return usage_error("attach", "either --pid or --qmp with --turbo-vcpu, or --tid");
	if (!args->tids.nr != args->has_vcpus)
		return usage_error("attach", "--turbo-vcpu goes with --pid or --qmp");
	if (!args->tids.nr && optind < argc)
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
	pid_t pid;

	if (args.help)
		help();
	else if (ret == EX_OK && args.pid &&
		 vcpu_threads(args.pid, &args.vcpus, &args.tids))
		ret = EX_FAILED;
	else if (ret == EX_OK && args.qmp &&
		 qmp_threads(args.qmp, &args.vcpus, 0, &args.tids, &pid))
		ret = EX_FAILED;
	else if (ret == EX_OK)
		ret = attach_threads(&args.tids, args.slice_ns);
	tids_free(&args.tids);
	return ret;
}
