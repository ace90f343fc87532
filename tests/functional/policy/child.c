// SPDX-License-Identifier: GPL-2.0
/* child.c - processes and threads to make calls from and about */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"

static pid_t fork_or_die(void)
{
	pid_t pid = fork();

	if (pid < 0) {
		perror("fork");
		exit(2);
	}
	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

int in_child(int (*fn)(void *arg), void *arg)
{
	pid_t pid = fork_or_die();
	int status;

	if (!pid)
		_exit(fn(arg));
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

void become(uid_t uid, unsigned long rtprio, unsigned long nice)
{
	struct rlimit rl = { rtprio, rtprio };
	struct rlimit nl = { nice, nice };

	if (setrlimit(RLIMIT_RTPRIO, &rl) || setrlimit(RLIMIT_NICE, &nl) ||
	    setresgid(uid, uid, uid) || setresuid(uid, uid, uid)) {
		perror("become");
		_exit(2);
	}
	/* setresuid() clears it */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

pid_t child_start(uid_t uid)
{
	int ready[2];
	pid_t pid;
	char c;

	if (pipe(ready)) {
		perror("pipe");
		exit(2);
	}
	pid = fork_or_die();
	if (!pid) {
		if (uid)
			become(uid, 0, 0);
		close(ready[0]);
		close(ready[1]);
		for (;;)
			pause();
	}
	/* the end of file says that it is what it is to be */
	close(ready[1]);
	while (read(ready[0], &c, 1) > 0)
		;
	close(ready[0]);
	return pid;
}

void child_end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}
