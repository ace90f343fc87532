// SPDX-License-Identifier: GPL-2.0
/*
 * threadslice.c - gives threads a slice of their own, which chrt can't
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "threadattr.h"

int main(int argc, char **argv)
{
	uint64_t ns;
	char *end;
	int i;

	if (argc < 3) {
		fputs("usage: threadslice NS TID...\n"
		      "\n"
		      "Sets the slice that threads ask the scheduler for; 0 is the kernel's own.\n",
		      stderr);
		return 2;
	}
	ns = strtoull(argv[1], &end, 10);
	if (end == argv[1] || *end)
		errx(2, "'%s' is no number", argv[1]);
	for (i = 2; i < argc; i++)
		thread_set_slice(atoi(argv[i]), ns);
	return 0;
}
