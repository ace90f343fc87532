/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What turboctl says, and its exit codes
 */
#ifndef TURBOCTL_MSG_H
#define TURBOCTL_MSG_H

#include <stddef.h>

#define __printf(fmt, args)	__attribute__((__format__(printf, fmt, args)))
#define __noreturn		__attribute__((__noreturn__))

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Exit codes; "run" exits as its command does. */
#define EX_OK		0
#define EX_FAILED	1
#define EX_USAGE	2
/* Of "hook" only: a domain is not to be started, as strict = yes. */
#define EX_REFUSED	3

/* Both end the line themselves. */
void complain(const char *fmt, ...) __printf(1, 2);
void note(const char *fmt, ...) __printf(1, 2);

/* What has been done: to standard output, or else to the log only. */
void report(const char *fmt, ...) __printf(1, 2);

/* From now on, complaints and notes go to the system's log as well. */
void msg_to_syslog(void);

/* A complaint about the command line: returns EX_USAGE. */
int usage_error(const char *command, const char *fmt, ...)
	__printf(2, 3);

void __noreturn die_nomem(void);
void *xalloc(void *old, size_t count, size_t size);
char *xstrdup(const char *s);
char *xprintf(const char *fmt, ...) __printf(1, 2);

/* Appends to a list that is NULL at first: "a", "a, b", ... */
void xlist(char **list, const char *fmt, ...)
	__printf(2, 3);

/*
 * Makes a name that came from elsewhere (a process chooses its own) fit for a
 * terminal and for JSON: whatever is not printable ASCII becomes '?'.
 */
char *printable(char *name);

#endif
