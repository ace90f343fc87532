/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A command that turboctl starts and stays with
 */
#ifndef TURBOCTL_CHILD_H
#define TURBOCTL_CHILD_H

#include <signal.h>
#include <sys/types.h>

/* As env(1), nice(1) and the shell have it. */
#define EX_NOEXEC	126
#define EX_NOENT	127
#define EX_SIGNAL	128

struct child {
	pid_t pid;
	sigset_t signals;
};

/*
 * Returns 0 once @command is executed, and an exit code, having complained, if
 * it can't be.
 */
int child_start(struct child *child, char **command);

/* Passes signals on until it ends; returns its exit code. */
int child_wait(struct child *child);

#endif
