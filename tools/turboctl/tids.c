// SPDX-License-Identifier: GPL-2.0
/*
 * Lists of thread ids
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "msg.h"
#include "tids.h"
#include "units.h"

/* Once each. */
void tids_add(struct tids *tids, pid_t tid)
{
	for (size_t i = 0; i < tids->nr; i++)
		if (tids->tid[i] == tid)
			return;
	tids->tid = xalloc(tids->tid, tids->nr + 1, sizeof(tid));
	tids->tid[tids->nr++] = tid;
}

void tids_free(struct tids *tids)
{
	free(tids->tid);
	memset(tids, 0, sizeof(*tids));
}

int parse_id(const char *what, const char *text, unsigned int *id)
{
	if (!parse_number(text, INT_MAX, id) && *id)
		return 0;
	complain("'%s' is no %s id: it is a number from 1 on", text, what);
	return -EINVAL;
}

int tids_parse(struct tids *tids, const char *text)
{
	char *copy = xstrdup(text), *rest = copy, *one;
	unsigned int tid;
	int err = 0;

	while (!err && (one = strsep(&rest, ","))) {
		err = parse_id("thread", one, &tid);
		if (!err)
			tids_add(tids, tid);
	}
	free(copy);
	if (err)
		tids_free(tids);
	return err;
}
