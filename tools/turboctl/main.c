// SPDX-License-Identifier: GPL-2.0
/*
 * Turboctl, the operator's tool for SCHED_TURBO
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "msg.h"

#ifndef HAVE_LIBXML2
static int built_without(int argc, char **argv)
{
	(void)argc;
	complain("%s: this was built without libxml2 (install libxml2-dev and build it again)",
		 argv[0]);
	return EX_FAILED;
}

#define cmd_hook	built_without
#define cmd_xml		built_without
#endif

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *what;
} commands[] = {
	{ "core", cmd_core, "add, delete and list turbo cores" },
	{ "attach", cmd_attach, "put threads under SCHED_TURBO" },
	{ "detach", cmd_detach, "give threads back to what they were" },
	{ "slice", cmd_slice, "set the slice of turbo cores" },
	{ "run", cmd_run, "run a command under SCHED_TURBO" },
	{ "stat", cmd_stat, "show what cores and threads do" },
	{ "vm", cmd_vm, "budgets of VMs: weights, floors, the period" },
	{ "qemu", cmd_qemu, "run QEMU with turbo vCPUs" },
	{ "xml", cmd_xml, "turn a libvirt domain into one with turbo vCPUs, and back" },
	{ "host", cmd_host, "set this machine up as /etc/sched_turbo.conf has it" },
	{ "hook", cmd_hook, "what libvirt calls when a domain starts or stops" },
	{ "version", cmd_version, "show the versions of tool and module" },
};

#define NR_COMMANDS	ARRAY_SIZE(commands)

static void print_help(void)
{
	puts("usage: turboctl COMMAND [OPTION...] [ARGUMENT...]\n\ncommands:");
	for (size_t i = 0; i < NR_COMMANDS; i++)
		printf("  %-8s  %s\n", commands[i].name, commands[i].what);
	puts("\n'turboctl COMMAND --help' tells more, turboctl(8) tells all.");
}

int turboctl_main(int argc, char **argv)
{
	static char title[32];

	if (argc < 2) {
		complain("which command?");
		return usage_error("", NULL);
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "help")) {
		print_help();
		return EX_OK;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("turboctl " TURBOCTL_VERSION);
		return EX_OK;
	}
	for (size_t i = 0; i < NR_COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		/* What getopt's messages begin with. */
		snprintf(title, sizeof(title), "turboctl %s", argv[1]);
		argv[1] = title;
		/* 0, not 1: makes glibc forget an earlier command line. */
		optind = 0;
		return commands[i].run(argc - 1, argv + 1);
	}
	return usage_error("", "there is no command '%s'", argv[1]);
}

#ifndef TURBOCTL_TEST
int main(int argc, char **argv)
{
	int status = turboctl_main(argc, argv);

	/* A full disk or a closed pipe is a failure, too. */
	if (fflush(stdout) && status == EX_OK) {
		complain("what was to be printed could not be: %m");
		status = EX_FAILED;
	}
	return status;
}
#endif
