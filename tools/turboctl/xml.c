// SPDX-License-Identifier: GPL-2.0
/*
 * Turboctl xml: a libvirt domain with turbo vCPUs, and without
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "conf.h"
#include "core.h"
#include "dev.h"
#include "domain.h"
#include "fs.h"
#include "input.h"
#include "units.h"
#include "xml_journal.h"
#include "xml_turbo.h"

static void help(void)
{
	puts("usage: turboctl xml [OPTION...] [FILE]\n"
	     "       turboctl xml --undo [--in-place] [FILE]\n"
	     "\n"
	     "  FILE           a libvirt domain (default: standard input)\n"
	     "  --turbo N      turbo vCPUs to add (default 1)\n"
	     "  --slice TIME   their slice: 100us to 10ms (default: the core's)\n"
	     "  --weight N     the VM's weight, as <shares>: 1 to 10000\n"
	     "  --cores CPUS   turbo cores, that everything else is pinned off\n"
	     "                 (default: those of this machine)\n"
	     "  --host CPUS    all CPUs of the host (default: those of this machine)\n"
	     "  --undo         take all of it out again\n"
	     "  --in-place     write FILE, not standard output");
}

struct args {
	struct turbo_options opts;
	bool has_slice, has_cores, has_host, undo, in_place, help;
	const char *file;
};

/* What is not told is as it was, or as this machine is. */
static int complete(const struct xml_text *x, const struct domain *d,
		    struct args *args)
{
	struct turbo_options *opts = &args->opts;
	struct cpus left;
	unsigned int cpu, nr = 0;
	int err = 0;

	for_each_cpu(cpu, &d->turbo)
		nr++;
	if (!opts->nr)
		opts->nr = nr ? nr : 1;
	if (!args->has_slice)
		opts->slice_ns = d->slice_ns;
	if (!opts->weight && d->node) {
		opts->weight = d->weight;
		opts->own_weight = d->own_weight;
	}
	if (!args->has_cores && d->node)
		err = journal_cores(x, d, &opts->cores);
	if (!err && !args->has_cores && cpus_empty(&opts->cores))
		err = conf_turbo_cores(&opts->cores);
	if (err)
		return err;
	if (!args->has_host)
		fs_read_cpulist("/sys/devices/system/cpu/online", &opts->host);
	left = opts->host;
	cpus_andnot(&left, &opts->cores);
	if (!cpus_empty(&opts->cores) &&
	    (cpus_empty(&left) || !cpus_subset(&opts->cores, &opts->host))) {
		char *cores = cpus_list(&opts->cores);
		char *host = cpus_list(&opts->host);

		complain("turbo cores %s are not some of the host's CPUs, %s (--host CPUS tells those of another machine)",
			 cores, host);
		free(cores);
		free(host);
		return -EINVAL;
	}
	return 0;
}

static bool is_so_already(const struct xml_text *x, const struct domain *d,
			  const struct turbo_options *opts)
{
	struct cpus cores;
	unsigned int cpu, nr = 0;

	for_each_cpu(cpu, &d->turbo)
		nr++;
	return d->node && nr == opts->nr && d->slice_ns == opts->slice_ns &&
	       d->weight == opts->weight && !journal_cores(x, d, &cores) &&
	       (cpus_equal(&cores, &opts->cores) ||
		!xml_child(d->node, "undo", DOMAIN_NS));
}

/* Replaces @text; what it was is freed. */
static int without(char **text, const char *name)
{
	struct xml_text x;
	struct domain d;
	char *result = NULL;
	int err;

	err = xml_parse(&x, name, *text);
	if (!err)
		err = domain_read(&x, &d);
	if (!err && d.node)
		err = journal_undo(&x, &d);
	if (!err)
		result = xml_result(&x);
	xml_free(&x);
	*text = result;
	return err;
}

static int with(char **text, const char *name, struct args *args)
{
	struct xml_text x;
	struct domain d;
	char *result = NULL;
	int err;

	err = xml_parse(&x, name, *text);
	if (!err)
		err = domain_read(&x, &d);
	if (!err)
		err = complete(&x, &d, args);
	if (!err && is_so_already(&x, &d, &args->opts)) {
		result = xml_result(&x);
	} else if (!err && d.node) {
		err = journal_undo(&x, &d);
		if (!err)
			result = xml_result(&x);
		xml_free(&x);
		if (!err)
			err = xml_parse(&x, name, result);
		result = NULL;
		if (!err)
			err = xml_turbo(&x, &args->opts);
		if (!err)
			result = xml_result(&x);
	} else if (!err) {
		err = xml_turbo(&x, &args->opts);
		if (!err)
			result = xml_result(&x);
	}
	xml_free(&x);
	*text = result;
	return err;
}

/* All of it or nothing. */
static int put_file(const char *name, const char *text)
{
	char *new = xprintf("%s.turboctl-new", name);
	struct stat st;
	FILE *out = NULL;
	int err = stat(name, &st);

	if (!err)
		out = fopen(new, "wxe");
	if (!out) {
		complain("%s: %m", new);
		free(new);
		return -EIO;
	}
	/* The owner, if we may; it is ours else. */
	if (fchown(fileno(out), st.st_uid, st.st_gid) && geteuid() == st.st_uid)
		errno = 0;
	err = fchmod(fileno(out), st.st_mode & 07777);
	if (fputs(text, out) < 0)
		err = -1;
	if (fflush(out) || fsync(fileno(out)))
		err = -1;
	if (fclose(out))
		err = -1;
	if (!err)
		err = rename(new, name);
	if (err) {
		complain("%s: %m", name);
		unlink(new);
	}
	free(new);
	return err;
}

static int run(struct args *args)
{
	const char *name = args->file ? args->file : "(standard input)";
	char *text;
	int err;

	if (args->file && strcmp(args->file, "-"))
		text = input_read_file(args->file);
	else
		text = input_read(stdin, name);
	if (!text)
		return EX_FAILED;
	err = args->undo ? without(&text, name) : with(&text, name, args);
	if (!err && args->in_place)
		err = put_file(args->file, text);
	else if (!err)
		fputs(text, stdout);
	free(text);
	return err ? EX_FAILED : EX_OK;
}

static int parse(int argc, char **argv, struct args *args)
{
	static const struct option options[] = {
		{ "turbo", required_argument, NULL, 't' },
		{ "slice", required_argument, NULL, 's' },
		{ "weight", required_argument, NULL, 'w' },
		{ "cores", required_argument, NULL, 'c' },
		{ "host", required_argument, NULL, 'H' },
		{ "undo", no_argument, NULL, 'u' },
		{ "in-place", no_argument, NULL, 'i' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct turbo_options *opts = &args->opts;
	int opt, err = 0;

	while (!err &&
	       (opt = getopt_long(argc, argv, "hi", options, NULL)) != -1) {
		switch (opt) {
		case 't':
			err = parse_count("turbo", optarg, 64, &opts->nr);
			break;
		case 's':
			err = parse_slice(optarg, &opts->slice_ns);
			args->has_slice = true;
			break;
		case 'w':
			err = parse_count("weight", optarg,
					  SCHED_TURBO_WEIGHT_MAX, &opts->weight);
			break;
		case 'c':
			err = parse_cpus(optarg, &opts->cores);
			args->has_cores = true;
			break;
		case 'H':
			err = parse_cpus(optarg, &opts->host);
			args->has_host = true;
			break;
		case 'u':
			args->undo = true;
			break;
		case 'i':
			args->in_place = true;
			break;
		case 'h':
			args->help = true;
			return EX_OK;
		default:
			return usage_error("xml", NULL);
		}
	}
	if (err)
		return EX_USAGE;
	if (args->undo && (opts->nr || opts->weight || args->has_slice ||
			   args->has_cores || args->has_host))
		return usage_error("xml", "--undo takes out what there is");
	if (argc - optind > 1)
		return usage_error("xml", "what is '%s' for?", argv[optind + 1]);
	args->file = argv[optind];
	if (args->in_place && (!args->file || !strcmp(args->file, "-")))
		return usage_error("xml", "--in-place takes a FILE");
	return EX_OK;
}

int cmd_xml(int argc, char **argv)
{
	struct args args = {};
	int ret = parse(argc, argv, &args);

	if (args.help)
		help();
	else if (ret == EX_OK)
		ret = run(&args);
	return ret;
}
