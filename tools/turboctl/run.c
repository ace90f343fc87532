// SPDX-License-Identifier: GPL-2.0
/*
 * Turboctl run: a command under SCHED_TURBO
 *
 * The module drops a thread that executes a new program, and children inherit
 * nothing.  So the child is attached from outside once it has become the
 * command, which child_start() waits for.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "child.h"
#include "cmd.h"
#include "dev.h"
#include "msg.h"
#include "units.h"

static void help(void)
{
	puts("usage: turboctl run [--slice TIME] -- COMMAND [ARGUMENT...]\n"
	     "\n"
	     "  --slice TIME  slice of its own: 100us to 10ms (default: that of the\n"
	     "                turbo core it is on)");
}

/* A refusal after the command has started would come late: ask before. */
static int check_cores(int fd)
{
	struct sched_turbo_core *cores;
	unsigned int nr;
	int err;

	err = dev_cores(fd, &cores, &nr);
	free(cores);
	if (!err && !nr) {
		complain("there is no turbo core to run it on (turboctl core add CPU first)");
		err = -ENODEV;
	}
	return err;
}

static int run(int fd, uint64_t slice_ns, char **command)
{
	struct child child;
	int ret, err;

	ret = child_start(&child, command);
	if (ret)
		return ret;
	err = dev_attach(fd, child.pid, slice_ns);
	/* It may have ended already. */
	if (err && err != -ESRCH) {
		dev_refused_attach(child.pid, slice_ns, err);
		complain("%s has been killed", command[0]);
		kill(child.pid, SIGKILL);
		child_wait(&child);
		return EX_FAILED;
	}
	return child_wait(&child);
}

int cmd_run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "slice", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	uint64_t slice_ns = 0;
	int opt, fd, ret;

	/* "+": what follows the command is the command's. */
	while ((opt = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
		switch (opt) {
		case 's':
			if (parse_slice(optarg, &slice_ns))
				return EX_USAGE;
			break;
		case 'h':
			help();
			return EX_OK;
		default:
			return usage_error("run", NULL);
		}
	}
	if (optind == argc)
		return usage_error("run", "run what?");
	fd = dev_open();
	if (fd < 0)
		return EX_FAILED;
	ret = check_cores(fd) ? EX_FAILED : run(fd, slice_ns, argv + optind);
	close(fd);
	return ret;
}
