// SPDX-License-Identifier: GPL-2.0
/*
 * Turboctl run: a command under SCHED_TURBO
 *
 * The module drops a thread that executes a new program, and children inherit
 * nothing.  So the child is attached from outside once it has become the
 * command, which the pipe tells: its end closes at that moment.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd.h"
#include "dev.h"
#include "msg.h"
#include "units.h"

/* As env(1), nice(1) and the shell have it. */
#define EX_NOEXEC	126
#define EX_NOENT	127
#define EX_SIGNAL	128

static const int forwarded[] = {
	SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM,
};

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

static void signals_block(sigset_t *set, sigset_t *old)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	for (size_t i = 0; i < ARRAY_SIZE(forwarded); i++)
		sigaddset(set, forwarded[i]);
	sigprocmask(SIG_BLOCK, set, old);
}

static void become(char **command, int pipe_fd)
{
	int err;

	execvp(command[0], command);
	err = errno;
	if (write(pipe_fd, &err, sizeof(err)) < 0)
		_exit(EX_FAILED);
	_exit(err == ENOENT ? EX_NOENT : EX_NOEXEC);
}

/* The errno of a failed exec, 0 once it has succeeded. */
static int wait_exec(int pipe_fd)
{
	ssize_t n;
	int err;

	do {
		n = read(pipe_fd, &err, sizeof(err));
	} while (n < 0 && errno == EINTR);
	return n == sizeof(err) ? err : 0;
}

static int wait_exit(pid_t child, const sigset_t *set)
{
	siginfo_t info;
	int status;
	pid_t pid;

	for (;;) {
		pid = waitpid(child, &status, WNOHANG);
		if (pid == child)
			break;
		if (pid < 0) {
			complain("lost track of process %d: %m", child);
			return EX_FAILED;
		}
		if (sigwaitinfo(set, &info) < 0 || info.si_signo == SIGCHLD)
			continue;
		/* What the terminal sends, it sends to the command as well. */
		if (info.si_code != SI_KERNEL)
			kill(child, info.si_signo);
	}
	if (WIFSIGNALED(status))
		return EX_SIGNAL + WTERMSIG(status);
	return WEXITSTATUS(status);
}

static int run(int fd, uint64_t slice_ns, char **command)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL }, old_chld;
	sigset_t set, old;
	int ends[2], err;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC)) {
		complain("pipe: %m");
		return EX_FAILED;
	}
	/* Ignored, it would leave nothing to wait for. */
	sigaction(SIGCHLD, &dfl, &old_chld);
	signals_block(&set, &old);
	fflush(stdout);
	child = fork();
	if (child < 0) {
		complain("fork: %m");
		return EX_FAILED;
	}
	if (!child) {
		sigaction(SIGCHLD, &old_chld, NULL);
		sigprocmask(SIG_SETMASK, &old, NULL);
		become(command, ends[1]);
	}
	close(ends[1]);
	err = wait_exec(ends[0]);
	close(ends[0]);
	if (err) {
		complain("%s: %s", command[0], strerror(err));
		return wait_exit(child, &set);
	}
	err = dev_attach(fd, child, slice_ns);
	/* It may have ended already. */
	if (err && err != -ESRCH) {
		dev_refused_attach(child, slice_ns, err);
		complain("%s has been killed", command[0]);
		kill(child, SIGKILL);
		wait_exit(child, &set);
		return EX_FAILED;
	}
	return wait_exit(child, &set);
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
