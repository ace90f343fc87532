/* SPDX-License-Identifier: GPL-2.0 */
/* child.h - processes and threads to make calls from and about */
#ifndef CHILD_H
#define CHILD_H

#include <sys/types.h>

#define NOBODY	65534

/*
 * Runs @fn in a process of its own and waits for it.  Returns what @fn does
 * (0 to 255), or -1 if it crashed.
 */
int in_child(int (*fn)(void *arg), void *arg);

/* A process that sleeps until child_end(). */
pid_t child_start(uid_t uid);
void child_end(pid_t pid);

/* Become @uid with these limits.  Ends the process if it cannot. */
void become(uid_t uid, unsigned long rtprio, unsigned long nice);

#endif /* CHILD_H */
