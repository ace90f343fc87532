// SPDX-License-Identifier: GPL-2.0
/*
 * Turboctl core: which CPUs are turbo cores
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "core.h"
#include "dev.h"
#include "fs.h"
#include "isolate.h"
#include "msg.h"
#include "report.h"
#include "units.h"

static void help(void)
{
	puts("usage: turboctl core add [--slice TIME] [--no-isolate] CPU[,CPU|-CPU...]\n"
	     "       turboctl core del CPU[,CPU|-CPU...]\n"
	     "       turboctl core list [--json]\n"
	     "\n"
	     "  --slice TIME   slice of the cores: 100us to 10ms (default 100us)\n"
	     "  --no-isolate   don't keep other work off the cores\n"
	     "  --json         list as JSON: see turboctl(8)");
}

/* Everything that a change of cores needs. */
struct change {
	struct state st;
	int fd;
	int lock;
	struct cpus cores;
	struct attached attached;
	sigset_t old_signals;
};

/* Not to be stopped half way: what would be left is undone by core del only. */
static void block_signals(sigset_t *old)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGTSTP);
	sigaddset(&set, SIGPIPE);
	sigprocmask(SIG_BLOCK, &set, old);
}

static int read_cores(int fd, struct cpus *set)
{
	struct sched_turbo_core *cores;
	unsigned int nr;
	int err;

	cpus_clear(set);
	err = dev_cores(fd, &cores, &nr);
	for (unsigned int i = 0; i < nr; i++)
		if (cores[i].cpu < CPUS_MAX)
			cpus_add(set, cores[i].cpu);
	free(cores);
	return err;
}

/* Without a module, @c->fd is negative. */
static int change_begin(struct change *c)
{
	int err;

	memset(c, 0, sizeof(*c));
	c->lock = -1;
	c->fd = dev_open_if_loaded();
	c->attached.fd = c->fd;
	if (c->fd < 0 && c->fd != -ENODEV)
		return c->fd;
	c->lock = state_lock();
	if (c->lock < 0)
		return c->lock;
	err = state_load(&c->st);
	if (!err && c->fd >= 0)
		err = read_cores(c->fd, &c->cores);
	block_signals(&c->old_signals);
	return err;
}

static void change_end(struct change *c)
{
	tids_free(&c->attached.tids);
	state_free(&c->st);
	if (c->lock >= 0) {
		state_unlock(c->lock);
		sigprocmask(SIG_SETMASK, &c->old_signals, NULL);
	}
	if (c->fd >= 0)
		close(c->fd);
}

/* What the module would refuse anyway: before anything is changed for it. */
static int add_refused(struct change *c, const struct cpus *add)
{
	struct cpus online, left;
	unsigned int cpu, last = 0;
	bool know;

	know = !fs_read_cpulist("/sys/devices/system/cpu/online", &online);
	for_each_cpu(cpu, add) {
		last = cpu;
		if (cpus_has(&c->cores, cpu)) {
			dev_refused_core(cpu, 0, -EEXIST);
			return -EEXIST;
		}
		if (know && !cpus_has(&online, cpu)) {
			dev_refused_core(cpu, 0, -ENXIO);
			return -ENXIO;
		}
	}
	left = online;
	cpus_andnot(&left, &c->cores);
	cpus_andnot(&left, add);
	if (know && cpus_empty(&left)) {
		dev_refused_core(last, 0, -EBUSY);
		return -EBUSY;
	}
	return 0;
}

static int add_one(struct change *c, unsigned int cpu, uint64_t slice_ns,
		   bool isolate)
{
	bool was_isolated = cpus_has(&c->st.cores, cpu);
	struct isolated done;
	int err;

	/* It was if the module was unloaded since. */
	isolate = isolate && !was_isolated;
	if (isolate) {
		err = isolate_add(&c->st, cpu, &c->attached, &done);
		if (err)
			return err;
	}
	err = dev_core_add(c->fd, cpu, slice_ns);
	if (err) {
		dev_refused_core(cpu, slice_ns, err);
		if (isolate)
			isolate_del(&c->st, cpu, &c->attached);
		return err;
	}
	printf("CPU %u is a turbo core; isolation: %s", cpu,
	       was_isolated || isolate ?
	       isolation_name(was_isolated ? isolation_of(&c->st, cpu) :
					     done.how) : "none");
	if (isolate && done.irqs)
		printf(", %u interrupt%s moved off it", done.irqs,
		       done.irqs > 1 ? "s" : "");
	if (isolate && done.workqueues)
		printf(", work queues moved off it");
	putchar('\n');
	return 0;
}

static int del_one(struct change *c, unsigned int cpu)
{
	bool isolated = cpus_has(&c->st.cores, cpu);
	int err = -ENODEV;

	if (c->fd >= 0)
		err = dev_core_del(c->fd, cpu);
	if (err && !(isolated && (err == -ENOENT || err == -ENODEV))) {
		dev_refused_core(cpu, 0, err);
		return err;
	}
	if (err)
		note("CPU %u is no turbo core any more; what is left of it, its isolation, is undone",
		     cpu);
	return isolated ? isolate_del(&c->st, cpu, &c->attached) : 0;
}

int core_add(const struct cpus *add, uint64_t slice_ns, bool isolate)
{
	struct cpus added = {};
	struct change c;
	unsigned int cpu;
	int err;

	err = change_begin(&c);
	if (!err && c.fd < 0) {
		dev_refused_open(c.fd);
		err = c.fd;
	}
	if (!err)
		err = add_refused(&c, add);
	if (!err) {
		for_each_cpu(cpu, add) {
			err = add_one(&c, cpu, slice_ns, isolate);
			if (err)
				break;
			cpus_add(&added, cpu);
		}
		/* All of them or none. */
		if (err) {
			for_each_cpu(cpu, &added) {
				del_one(&c, cpu);
				printf("CPU %u is no turbo core again\n", cpu);
			}
		}
	}
	change_end(&c);
	return err ? EX_FAILED : EX_OK;
}

int core_del(const struct cpus *del)
{
	struct change c;
	unsigned int cpu;
	int err, ret = 0;

	err = change_begin(&c);
	if (!err && c.fd < 0 && !cpus_subset(del, &c.st.cores)) {
		dev_refused_open(c.fd);
		err = c.fd;
	}
	/* All of them or none, as far as one can tell beforehand. */
	for_each_cpu(cpu, del) {
		if (err)
			break;
		if (cpus_has(&c.cores, cpu) || cpus_has(&c.st.cores, cpu))
			continue;
		err = -ENOENT;
		dev_refused_core(cpu, 0, err);
	}
	if (!err) {
		for_each_cpu(cpu, del) {
			err = del_one(&c, cpu);
			if (err)
				ret = err;
		}
		err = ret;
	}
	change_end(&c);
	return err ? EX_FAILED : EX_OK;
}

static int core_list(bool json)
{
	struct report report;
	int err;

	err = report_cores(&report);
	if (err)
		return EX_FAILED;
	if (json)
		report_print_cores_json(&report);
	else
		report_print_core_list(&report);
	report_free(&report);
	return EX_OK;
}

/* The CPUs of a command line; complains itself. */
int parse_cpus(const char *text, struct cpus *set)
{
	int err = *text ? cpus_parse_list(text, set) : -EINVAL;

	if (err == -ERANGE)
		complain("'%s': there is no CPU from %u on", text, CPUS_MAX);
	else if (err)
		complain("'%s' is no list of CPUs: write 3, 3,5 or 2-5", text);
	return err;
}

int cmd_core(int argc, char **argv)
{
	static const struct option options[] = {
		{ "slice", required_argument, NULL, 's' },
		{ "no-isolate", no_argument, NULL, 'n' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	bool isolate = true, json = false, has_slice = false;
	const char *verb;
	uint64_t slice_ns = 0;
	struct cpus cpus;
	int opt;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (opt) {
		case 's':
			if (parse_slice(optarg, &slice_ns))
				return EX_USAGE;
			has_slice = true;
			break;
		case 'n':
			isolate = false;
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			help();
			return EX_OK;
		default:
			return usage_error("core", NULL);
		}
	}
	if (optind == argc)
		return usage_error("core", "add, del or list?");
	verb = argv[optind++];
	if (strcmp(verb, "add") && (has_slice || !isolate))
		return usage_error("core", "--slice and --no-isolate are for core add");
	if (strcmp(verb, "list") && json)
		return usage_error("core", "--json is for core list");
	if (!strcmp(verb, "list")) {
		if (optind < argc)
			return usage_error("core", "core list lists all cores: what is '%s' for?",
					   argv[optind]);
		return core_list(json);
	}
	if (strcmp(verb, "add") && strcmp(verb, "del"))
		return usage_error("core", "there is no 'core %s', but add, del and list",
				   verb);
	if (argc - optind != 1)
		return usage_error("core", "core %s takes one list of CPUs, such as 3 or 2-5,7",
				   verb);
	if (parse_cpus(argv[optind], &cpus))
		return EX_USAGE;
	return !strcmp(verb, "add") ? core_add(&cpus, slice_ns, isolate) :
				      core_del(&cpus);
}
