// SPDX-License-Identifier: GPL-2.0
/*
 * A command that turboctl starts and stays with
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "msg.h"

static const int forwarded[] = {
	SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM,
};

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

int child_wait(struct child *child)
{
	siginfo_t info;
	int status;
	pid_t pid;

	for (;;) {
		pid = waitpid(child->pid, &status, WNOHANG);
		if (pid == child->pid)
			break;
		if (pid < 0) {
			complain("lost track of process %d: %m", child->pid);
			return EX_FAILED;
		}
		if (sigwaitinfo(&child->signals, &info) < 0 || info.si_signo == SIGCHLD)
			continue;
		/* What the terminal sends, it sends to the command as well. */
		if (info.si_code != SI_KERNEL)
			kill(child->pid, info.si_signo);
	}
	if (WIFSIGNALED(status))
		return EX_SIGNAL + WTERMSIG(status);
	return WEXITSTATUS(status);
}

/* The pipe's end closes when the child becomes the command. */
int child_start(struct child *child, char **command)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL }, old_chld;
	sigset_t old;
	int ends[2], err;

	if (pipe2(ends, O_CLOEXEC)) {
		complain("pipe: %m");
		return EX_FAILED;
	}
	/* Ignored, it would leave nothing to wait for. */
	sigaction(SIGCHLD, &dfl, &old_chld);
	signals_block(&child->signals, &old);
	fflush(stdout);
	child->pid = fork();
	if (child->pid < 0) {
		complain("fork: %m");
		return EX_FAILED;
	}
	if (!child->pid) {
		sigaction(SIGCHLD, &old_chld, NULL);
		sigprocmask(SIG_SETMASK, &old, NULL);
		become(command, ends[1]);
	}
	close(ends[1]);
	err = wait_exec(ends[0]);
	close(ends[0]);
	if (!err)
		return 0;
	complain("%s: %s", command[0], strerror(err));
	return child_wait(child);
}
