// SPDX-License-Identifier: GPL-2.0
/*
 * Turboctl stat: what cores and threads do
 */
#include <ctype.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"
#include "msg.h"
#include "report.h"
#include "tids.h"
#include "units.h"

#define WATCH_DEFAULT_NS	(2 * NSEC_PER_SEC)
#define WATCH_MIN_NS		(10 * NSEC_PER_MSEC)
#define WATCH_MAX_NS		(86400 * NSEC_PER_SEC)

static void help(void)
{
	puts("usage: turboctl stat [--json] [--watch [SECONDS]] [--vm PID]\n"
	     "\n"
	     "  --json             as JSON: see turboctl(8)\n"
	     "  --watch [SECONDS]  again and again, as rates (default: every 2 s)\n"
	     "  --vm PID           only the threads of that process");
}

static int once(bool json, unsigned int vm)
{
	struct report r;
	int ret = EX_OK;

	if (report_all(&r, vm))
		return EX_FAILED;
	if (vm && !r.nr_threads && !r.nr_vms) {
		complain("process %u: none of its threads is under SCHED_TURBO (turboctl stat lists all that are)",
			 vm);
		ret = EX_FAILED;
	} else if (json) {
		report_print_json(&r, true);
	} else {
		report_print(&r, NULL);
	}
	report_free(&r);
	return ret;
}

/* Until it is interrupted, or something fails. */
static int watch(bool json, unsigned int vm, uint64_t interval_ns)
{
	struct timespec interval = {
		.tv_sec = interval_ns / NSEC_PER_SEC,
		.tv_nsec = interval_ns % NSEC_PER_SEC,
	};
	bool screen = !json && isatty(STDOUT_FILENO);
	struct report r, before = {};
	char text[DURATION_LEN];

	format_duration(interval_ns, text);
	if (!json && report_all(&before, vm))
		return EX_FAILED;
	for (;;) {
		if (!json)
			nanosleep(&interval, NULL);
		if (report_all(&r, vm)) {
			report_free(&before);
			return EX_FAILED;
		}
		if (json) {
			report_print_json(&r, false);
			report_free(&r);
		} else {
			/* Home, and clear from there. */
			if (screen)
				printf("\033[H\033[J");
			printf("per second, over %s; times in %% of one CPU\n\n",
			       text);
			report_print(&r, &before);
			if (!screen)
				putchar('\n');
			report_free(&before);
			before = r;
		}
		if (fflush(stdout)) {
			report_free(&before);
			complain("what was to be printed could not be: %m");
			return EX_FAILED;
		}
		if (json)
			nanosleep(&interval, NULL);
	}
}

static int parse_interval(const char *text, uint64_t *ns)
{
	if (!parse_duration(text, NSEC_PER_SEC, ns) && *ns >= WATCH_MIN_NS &&
	    *ns <= WATCH_MAX_NS)
		return EX_OK;
	complain("interval '%s' is no number of seconds from 0.01 to 86400",
		 text);
	return EX_USAGE;
}

int cmd_stat(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "watch", optional_argument, NULL, 'w' },
		{ "vm", required_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	uint64_t interval_ns = 0;
	bool json = false;
	unsigned int vm = 0;
	int opt;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (opt) {
		case 'j':
			json = true;
			break;
		case 'w':
			/* "--watch 5" as well as "--watch=5" */
			if (!optarg && optind < argc &&
			    isdigit((unsigned char)argv[optind][0]))
				optarg = argv[optind++];
			interval_ns = WATCH_DEFAULT_NS;
			if (optarg && parse_interval(optarg, &interval_ns))
				return EX_USAGE;
			break;
		case 'v':
			if (parse_id("process", optarg, &vm))
				return EX_USAGE;
			break;
		case 'h':
			help();
			return EX_OK;
		default:
			return usage_error("stat", NULL);
		}
	}
	if (optind < argc)
		return usage_error("stat", "what is '%s' for?", argv[optind]);
	return interval_ns ? watch(json, vm, interval_ns) : once(json, vm);
}
