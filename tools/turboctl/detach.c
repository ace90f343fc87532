// SPDX-License-Identifier: GPL-2.0
/*
 * Turboctl detach: give threads back to what they were
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd.h"
#include "dev.h"
#include "msg.h"
#include "tids.h"

static void help(void)
{
	puts("usage: turboctl detach --tid TID...\n"
	     "       turboctl detach --pid PID\n"
	     "       turboctl detach --all\n"
	     "\n"
	     "  --tid TID...  these threads\n"
	     "  --pid PID     all threads of that process\n"
	     "  --all         all threads under SCHED_TURBO");
}

static void note_changed(pid_t tid, uint32_t changed)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} names[] = {
		{ SCHED_TURBO_CHANGED_POLICY, "policy" },
		{ SCHED_TURBO_CHANGED_NICE, "nice value" },
		{ SCHED_TURBO_CHANGED_SLICE, "slice" },
		{ SCHED_TURBO_CHANGED_AFFINITY, "affinity" },
	};
	char *list = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (changed & names[i].bit)
			xlist(&list, "%s", names[i].name);
		changed &= ~names[i].bit;
	}
	if (changed)
		xlist(&list, "something a newer turboctl could name (%#x)",
		      changed);
	if (list)
		note("thread %d: left as someone else set it while it was attached: %s",
		     tid, list);
	free(list);
}

/* @ended: a thread that has ended meanwhile is detached. */
static int detach(int fd, const struct tids *tids, bool ended)
{
	int ret = EX_OK, err;
	uint32_t changed;

	for (size_t i = 0; i < tids->nr; i++) {
		err = dev_detach(fd, tids->tid[i], &changed);
		if (!err) {
			note_changed(tids->tid[i], changed);
		} else if (!ended || (err != -ESRCH && err != -ENOENT)) {
			dev_refused_detach(tids->tid[i], err);
			ret = EX_FAILED;
		}
	}
	return ret;
}

/* The threads of @pid, or all of them if that is 0. */
static int attached_threads(int fd, unsigned int pid, struct tids *tids)
{
	struct sched_turbo_thread *threads;
	unsigned int nr, hidden = 0;
	int err;

	err = dev_threads(fd, &threads, &nr);
	if (err)
		return err;
	for (unsigned int i = 0; i < nr; i++) {
		if (pid && threads[i].vm != (pid_t)pid)
			continue;
		if (threads[i].tid)
			tids_add(tids, threads[i].tid);
		else
			hidden++;
	}
	free(threads);
	if (pid && !tids->nr) {
		complain("process %u: none of its threads is under SCHED_TURBO (turboctl stat lists those that are)",
			 pid);
		return -ENOENT;
	}
	if (hidden)
		note("%u thread%s of another PID namespace left attached (run turboctl outside of this container)",
		     hidden, hidden > 1 ? "s" : "");
	return 0;
}

struct args {
	struct tids tids;
	unsigned int pid;
	bool all;
	bool help;
};

static int parse(int argc, char **argv, struct args *args)
{
	static const struct option options[] = {
		{ "tid", required_argument, NULL, 't' },
		{ "pid", required_argument, NULL, 'p' },
		{ "all", no_argument, NULL, 'a' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (opt) {
		case 't':
			if (tids_parse(&args->tids, optarg))
				return EX_USAGE;
			break;
		case 'p':
			if (parse_id("process", optarg, &args->pid))
				return EX_USAGE;
			break;
		case 'a':
			args->all = true;
			break;
		case 'h':
			args->help = true;
			return EX_OK;
		default:
			return usage_error("detach", NULL);
		}
	}
	if (!!args->tids.nr + !!args->pid + args->all != 1)
		return usage_error("detach", "one of --tid, --pid and --all");
	if (!args->tids.nr && optind < argc)
		return usage_error("detach", "what is '%s' for?", argv[optind]);
	for (; optind < argc; optind++)
		if (tids_parse(&args->tids, argv[optind]))
			return EX_USAGE;
	return EX_OK;
}

static int run(struct args *args)
{
	bool by_tid = args->tids.nr;
	int fd, ret = EX_FAILED;

	fd = dev_open();
	if (fd < 0)
		return EX_FAILED;
	if (by_tid || !attached_threads(fd, args->pid, &args->tids))
		ret = detach(fd, &args->tids, !by_tid);
	close(fd);
	return ret;
}

int cmd_detach(int argc, char **argv)
{
	struct args args = {};
	int ret = parse(argc, argv, &args);

	if (args.help)
		help();
	else if (ret == EX_OK)
		ret = run(&args);
	tids_free(&args.tids);
	return ret;
}
