// SPDX-License-Identifier: GPL-2.0
/*
 * Turboctl qemu: a guest with turbo vCPUs, from an ordinary command line
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attach.h"
#include "child.h"
#include "cmd.h"
#include "dev.h"
#include "fs.h"
#include "msg.h"
#include "qmp.h"
#include "smp.h"
#include "units.h"

static void help(void)
{
	puts("usage: turboctl qemu [OPTION...] -- QEMU [ARGUMENT...]\n"
	     "\n"
	     "  --turbo N     turbo vCPUs to add (default 1)\n"
	     "  --slice TIME  their slice: 100us to 10ms (default: the core's)\n"
	     "  --weight N    the VM's weight: 1 to 10000 (default 1024)\n"
	     "  --print       print the command line instead of running it");
}

struct args {
	unsigned int turbo;
	uint64_t slice_ns;
	unsigned int weight;
	bool print;
	bool help;
};

/* For a shell. */
static void print(char **line)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,=+@%";

	for (size_t i = 0; line[i]; i++) {
		if (i)
			putchar(' ');
		if (*line[i] && strspn(line[i], plain) == strlen(line[i])) {
			fputs(line[i], stdout);
			continue;
		}
		putchar('\'');
		for (const char *c = line[i]; *c; c++)
			if (*c == '\'')
				fputs("'\\''", stdout);
			else
				putchar(*c);
		putchar('\'');
	}
	putchar('\n');
}

/* What the module would refuse later, when the guest runs already. */
static int check_module(void)
{
	struct sched_turbo_core *cores;
	unsigned int nr;
	int fd, err;

	fd = dev_open();
	if (fd < 0)
		return fd;
	err = dev_cores(fd, &cores, &nr);
	close(fd);
	free(cores);
	if (!err && !nr) {
		complain("there is no turbo core for it (turboctl core add CPU first)");
		err = -ENODEV;
	}
	return err;
}

static int set_weight(pid_t pid, unsigned int weight)
{
	struct sched_turbo_vm_op op = {
		.size = sizeof(op),
		.pid = pid,
		.flags = SCHED_TURBO_VM_SET_WEIGHT,
		.weight = weight,
	};
	int fd, err;

	fd = dev_open();
	if (fd < 0)
		return fd;
	err = dev_vm(fd, SCHED_TURBO_IOC_VM_SET, &op);
	close(fd);
	if (err)
		dev_refused_vm(pid, err);
	return err;
}

/* It runs, whatever becomes of this: as it would without us, at worst. */
static void attach(const struct args *args, const char *socket,
		   const struct cpus *turbo, pid_t child)
{
	struct tids tids = {};
	pid_t pid = 0;

	if (qmp_threads(socket, turbo, child, &tids, &pid) ||
	    attach_threads(&tids, args->slice_ns) != EX_OK)
		complain("the guest has no vCPU under SCHED_TURBO: it runs as it would without");
	else if (args->weight)
		set_weight(pid, args->weight);
	tids_free(&tids);
}

static int run_qemu(const struct args *args, char **command)
{
	char *dir = fs_path("/run/sched_turbo"), *socket;
	struct child child;
	struct cpus turbo;
	char **line;
	int ret;

	if (!args->print) {
		if (check_module()) {
			free(dir);
			return EX_FAILED;
		}
		mkdir(dir, 0755);
	}
	socket = xprintf("%s/qemu-%d.qmp", dir, getpid());
	line = qemu_line(command, args->turbo, socket, &turbo);
	if (!line) {
		ret = EX_FAILED;
	} else if (args->print) {
		print(line);
		ret = EX_OK;
	} else {
		unlink(socket);
		ret = child_start(&child, line);
		if (!ret) {
			attach(args, socket, &turbo, child.pid);
			/* Nobody else has a use for it. */
			unlink(socket);
			ret = child_wait(&child);
		}
	}
	qemu_line_free(line);
	free(socket);
	free(dir);
	return ret;
}

static int parse(int argc, char **argv, struct args *args)
{
	static const struct option options[] = {
		{ "turbo", required_argument, NULL, 't' },
		{ "slice", required_argument, NULL, 's' },
		{ "weight", required_argument, NULL, 'w' },
		{ "print", no_argument, NULL, 'p' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	int opt;

	/* "+": what follows is QEMU's. */
	while ((opt = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
		switch (opt) {
		case 't':
			if (parse_count("turbo", optarg, 64, &args->turbo))
				return EX_USAGE;
			break;
		case 's':
			if (parse_slice(optarg, &args->slice_ns))
				return EX_USAGE;
			break;
		case 'w':
			if (parse_count("weight", optarg,
					SCHED_TURBO_WEIGHT_MAX, &args->weight))
				return EX_USAGE;
			break;
		case 'p':
			args->print = true;
			break;
		case 'h':
			args->help = true;
			return EX_OK;
		default:
			return usage_error("qemu", NULL);
		}
	}
	if (optind == argc)
		return usage_error("qemu", "which QEMU?");
	return EX_OK;
}

int cmd_qemu(int argc, char **argv)
{
	struct args args = { .turbo = 1 };
	int ret = parse(argc, argv, &args);

	if (args.help)
		help();
	else if (ret == EX_OK)
		ret = run_qemu(&args, argv + optind);
	return ret;
}
