/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lists of thread ids
 */
#ifndef TURBOCTL_TIDS_H
#define TURBOCTL_TIDS_H

#include <stddef.h>
#include <sys/types.h>

struct tids {
	pid_t *tid;
	size_t nr;
};

void tids_add(struct tids *tids, pid_t tid);
void tids_free(struct tids *tids);

/* One id, or several with commas between.  Complains itself. */
int tids_parse(struct tids *tids, const char *text);

/* The id of a process or a thread.  Complains itself. */
int parse_id(const char *what, const char *text, unsigned int *id);

#endif
