// SPDX-License-Identifier: GPL-2.0
/* trace.c - events of the kernel's tracer */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "tap.h"
#include "trace.h"

#define TRACING	"/sys/kernel/tracing/"

static char on[128];		/* file that switches the event on */
static char filter_file[128];

bool trace_start(const char *event, const char *filter, const char *mask)
{
	snprintf(on, sizeof(on), TRACING "events/%s/enable", event);
	snprintf(filter_file, sizeof(filter_file), TRACING "events/%s/filter",
		 event);
	return !file_write(TRACING "tracing_cpumask", mask) &&
	       !file_write(TRACING "trace_clock", "mono") &&
	       (!filter || !file_write(filter_file, filter)) &&
	       !file_write(on, "1");
}

static int lines(const char *text, bool show)
{
	FILE *f = fopen(TRACING "trace", "r");
	char *line = NULL;
	size_t size = 0;
	int count = 0;

	if (!f)
		return -1;
	while (getline(&line, &size, f) > 0) {
		if (*line == '#' || !strstr(line, text))
			continue;
		count++;
		line[strcspn(line, "\n")] = 0;
		if (show)
			note("%s", line);
	}
	free(line);
	fclose(f);
	return count;
}

int trace_count(const char *text)
{
	return lines(text, false);
}

void trace_show(const char *text)
{
	lines(text, true);
}

void trace_stop(void)
{
	FILE *f;

	file_write(on, "0");
	file_write(filter_file, "0");
	file_write(TRACING "tracing_cpumask", "f");
	/* opening it to write empties it */
	f = fopen(TRACING "trace", "w");
	if (f)
		fclose(f);
}
