// SPDX-License-Identifier: GPL-2.0
/*
 * Turboctl host: this machine as /etc/sched_turbo.conf has it
 *
 * For sched_turbo.service.  Both may be called at any time: they do what is not
 * done yet.
 */
#include <errno.h>
#include <getopt.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd.h"
#include "conf.h"
#include "core.h"
#include "dev.h"
#include "hook.h"
#include "msg.h"
#include "state.h"

static void help(void)
{
	puts("usage: turboctl host start\n"
	     "       turboctl host stop\n"
	     "\n"
	     "  start  loads the module, makes the turbo cores of " CONF_FILE "\n"
	     "         and attaches the domains of libvirt's that run and ask for it\n"
	     "  stop   undoes all of it");
}

static int call_modprobe(const char *option, const char *module)
{
	char *const argv[] = {
		(char *)"modprobe", (char *)option, (char *)module, NULL,
	};
	pid_t pid;
	int status, err;

	err = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
	if (err) {
		complain("modprobe: %s", strerror(err));
		return -err;
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (!status)
		return 0;
	complain("modprobe %s %s has failed (dmesg tells more)", option, module);
	return -ENODEV;
}

static int set_period(uint64_t period_ns)
{
	int fd, err = 0;

	if (!period_ns)
		return 0;
	fd = dev_open();
	if (fd < 0)
		return fd;
	err = dev_period(fd, &period_ns);
	close(fd);
	if (err)
		complain("the module does not take a period: %s (turboctl version tells whether it has budgets)",
			 strerror(-err));
	return err;
}

/* The turbo cores there are, and those only isolated if there is no module. */
static int all_cores(struct cpus *cores, bool isolated)
{
	struct sched_turbo_core *list = NULL;
	unsigned int nr = 0;
	struct state st;
	int fd, err = 0;

	cpus_clear(cores);
	fd = dev_open_if_loaded();
	if (fd < 0 && fd != -ENODEV)
		return fd;
	if (fd >= 0) {
		err = dev_cores(fd, &list, &nr);
		close(fd);
	}
	for (unsigned int i = 0; i < nr; i++)
		if (list[i].cpu < CPUS_MAX)
			cpus_add(cores, list[i].cpu);
	free(list);
	if (err || !isolated)
		return err;
	err = state_load(&st);
	if (!err)
		cpus_or(cores, &st.cores);
	state_free(&st);
	return err;
}

static int start(void)
{
	struct conf conf;
	struct cpus there;
	int err;

	err = conf_read(&conf);
	if (!err)
		err = call_modprobe("-q", "sched_turbo");
	if (!err && conf.policy)
		err = call_modprobe("-q", "sched_turbo_policy");
	if (!err)
		err = all_cores(&there, false);
	if (err)
		return EX_FAILED;
	if (cpus_empty(&conf.cores))
		note(CONF_FILE " names no turbo cores");
	cpus_andnot(&conf.cores, &there);
	if (!cpus_empty(&conf.cores) &&
	    core_add(&conf.cores, conf.slice_ns, conf.isolate) != EX_OK)
		return EX_FAILED;
	err = set_period(conf.period_ns);
#ifdef HAVE_LIBXML2
	hook_all();
#endif
	return err ? EX_FAILED : EX_OK;
}

static int stop(void)
{
	struct cpus cores;
	int fd;

	if (all_cores(&cores, true))
		return EX_FAILED;
	if (!cpus_empty(&cores) && core_del(&cores) != EX_OK)
		return EX_FAILED;
	fd = dev_open_if_loaded();
	if (fd == -ENODEV)
		return EX_OK;
	if (fd >= 0)
		close(fd);
	/* The first, if it is there, has the second in use. */
	if (call_modprobe("-rq", "sched_turbo_policy"))
		return EX_FAILED;
	return call_modprobe("-rq", "sched_turbo") ? EX_FAILED : EX_OK;
}

int cmd_host(int argc, char **argv)
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	int opt;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (opt != 'h')
			return usage_error("host", NULL);
		help();
		return EX_OK;
	}
	if (argc - optind != 1)
		return usage_error("host", "start or stop?");
	if (!strcmp(argv[optind], "start"))
		return start();
	if (!strcmp(argv[optind], "stop"))
		return stop();
	return usage_error("host", "there is no 'host %s', but start and stop",
			   argv[optind]);
}
