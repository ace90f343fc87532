// SPDX-License-Identifier: GPL-2.0
/*
 * Turboctl vm: budgets of VMs
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "dev.h"
#include "msg.h"
#include "report.h"
#include "tids.h"
#include "units.h"

static void help(void)
{
	puts("usage: turboctl vm list [--json]\n"
	     "       turboctl vm set --pid PID [--weight N] [--floor PERCENT]\n"
	     "       turboctl vm add --pid PID [--weight N] [--floor PERCENT]\n"
	     "       turboctl vm del --pid PID\n"
	     "       turboctl vm period [TIME]\n"
	     "\n"
	     "  --pid PID        a VM: the process, QEMU's say\n"
	     "  --weight N       its weight: 1 to 10000 (default 1024)\n"
	     "  --floor PERCENT  of a regular core, that it keeps however much it uses\n"
	     "                   of turbo cores: 0 to 100 (default 2)\n"
	     "  TIME             how often shares are computed: 10ms to 100ms\n"
	     "\n"
	     "A process with an attached thread is a VM; vm add makes one of a process\n"
	     "that has none.");
}

/* "2", "0.5": with one decimal at most, as the module has it in thousandths. */
static int parse_floor(const char *text, uint32_t *permille)
{
	uint64_t tenths;

	if (!parse_duration(text, 10, &tenths) && tenths <= SCHED_TURBO_FLOOR_MAX &&
	    strspn(text, "0123456789.") == strlen(text)) {
		*permille = tenths;
		return 0;
	}
	complain("floor '%s' is no percentage from 0 to 100, with one decimal at most",
		 text);
	return -EINVAL;
}

static int parse_weight(const char *text, uint32_t *weight)
{
	if (!parse_number(text, SCHED_TURBO_WEIGHT_MAX, weight) && *weight)
		return 0;
	complain("weight '%s' is no number from 1 to %u", text,
		 SCHED_TURBO_WEIGHT_MAX);
	return -EINVAL;
}

static int list(bool json)
{
	struct report r;

	if (report_vms(&r))
		return EX_FAILED;
	if (json)
		report_print_vms_json(&r);
	else
		report_print_vms(&r);
	report_free(&r);
	return EX_OK;
}

static int set_period(const char *text)
{
	char buf[DURATION_LEN];
	uint64_t ns = 0;
	int fd, err;

	if (text && (parse_duration(text, NSEC_PER_MSEC, &ns) ||
		     ns < SCHED_TURBO_PERIOD_MIN_NS ||
		     ns > SCHED_TURBO_PERIOD_MAX_NS)) {
		complain("period '%s' is no time from 10ms to 100ms", text);
		return EX_USAGE;
	}
	fd = dev_open();
	if (fd < 0)
		return EX_FAILED;
	err = dev_period(fd, &ns);
	close(fd);
	if (err) {
		complain("the module does not take a period: %s (turboctl version tells whether it has budgets)",
			 strerror(-err));
		return EX_FAILED;
	}
	printf("%s\n", format_duration(ns, buf));
	return EX_OK;
}

static int change(const char *verb, const struct sched_turbo_vm_op *op)
{
	unsigned long request = !strcmp(verb, "add") ? SCHED_TURBO_IOC_VM_ADD :
				!strcmp(verb, "del") ? SCHED_TURBO_IOC_VM_DEL :
						       SCHED_TURBO_IOC_VM_SET;
	int fd, err;

	fd = dev_open();
	if (fd < 0)
		return EX_FAILED;
	err = dev_vm(fd, request, op);
	close(fd);
	if (err) {
		dev_refused_vm(op->pid, err);
		return EX_FAILED;
	}
	return EX_OK;
}

int cmd_vm(int argc, char **argv)
{
	static const struct option options[] = {
		{ "pid", required_argument, NULL, 'p' },
		{ "weight", required_argument, NULL, 'w' },
		{ "floor", required_argument, NULL, 'f' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct sched_turbo_vm_op op = { .size = sizeof(op) };
	unsigned int pid = 0;
	bool json = false;
	const char *verb;
	int opt;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (opt) {
		case 'p':
			if (parse_id("process", optarg, &pid))
				return EX_USAGE;
			break;
		case 'w':
			if (parse_weight(optarg, &op.weight))
				return EX_USAGE;
			op.flags |= SCHED_TURBO_VM_SET_WEIGHT;
			break;
		case 'f':
			if (parse_floor(optarg, &op.floor_permille))
				return EX_USAGE;
			op.flags |= SCHED_TURBO_VM_SET_FLOOR;
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			help();
			return EX_OK;
		default:
			return usage_error("vm", NULL);
		}
	}
	if (optind == argc)
		return usage_error("vm", "list, set, add, del or period?");
	verb = argv[optind++];
	if (strcmp(verb, "list") && json)
		return usage_error("vm", "--json is for vm list");
	if (!strcmp(verb, "list") || !strcmp(verb, "period")) {
		if (pid || op.flags)
			return usage_error("vm", "vm %s is about all VMs", verb);
		if (argc - optind > !strcmp(verb, "period"))
			return usage_error("vm", "what is '%s' for?",
					   argv[argc - 1]);
		return !strcmp(verb, "list") ? list(json) : set_period(argv[optind]);
	}
	if (strcmp(verb, "set") && strcmp(verb, "add") && strcmp(verb, "del"))
		return usage_error("vm", "there is no 'vm %s', but list, set, add, del and period",
				   verb);
	if (optind < argc)
		return usage_error("vm", "what is '%s' for?", argv[optind]);
	if (!pid)
		return usage_error("vm", "vm %s takes --pid PID", verb);
	if (!strcmp(verb, "set") && !op.flags)
		return usage_error("vm", "vm set sets --weight or --floor, or both");
	if (!strcmp(verb, "del") && op.flags)
		return usage_error("vm", "vm del sets nothing");
	op.pid = pid;
	return change(verb, &op);
}
