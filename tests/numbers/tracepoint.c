// SPDX-License-Identifier: GPL-2.0
/*
 * tracepoint.c - a kernel tracepoint: its number and where its fields are
 */
#include <ctype.h>
#include <err.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "tracepoint.h"

static const char * const tracefs_dirs[] = {
	"/sys/kernel/tracing",
	"/sys/kernel/debug/tracing",
};

static FILE *open_file(const char *name, const char *file)
{
	const char *event = strchr(name, ':');
	char path[PATH_MAX];
	size_t i;
	FILE *f;

	if (!event)
		errx(1, "%s: not SYSTEM:TRACEPOINT", name);
	for (i = 0; i < sizeof(tracefs_dirs) / sizeof(tracefs_dirs[0]); i++) {
		snprintf(path, sizeof(path), "%s/events/%.*s/%s/%s", tracefs_dirs[i],
			 (int)(event - name), name, event + 1, file);
		f = fopen(path, "r");
		if (f)
			return f;
	}
	err(1, "%s: its %s in tracefs", name, file);
}

uint64_t tracepoint_id(const char *name)
{
	FILE *f = open_file(name, "id");
	unsigned long long id;

	if (fscanf(f, "%llu", &id) != 1)
		errx(1, "%s: no number in its id", name);
	fclose(f);
	return id;
}

/* Whether a declaration, "type name" or "type name[n]", is that of @field. */
static int declares(const char *declaration, size_t length, const char *field)
{
	size_t want = strlen(field);
	const char *end = memchr(declaration, '[', length);

	if (!end)
		end = declaration + length;
	return end - declaration > (ptrdiff_t)want &&
	       !memcmp(end - want, field, want) && isspace(end[-1 - (ptrdiff_t)want]);
}

struct trace_field tracepoint_field(const char *name, const char *field)
{
	FILE *f = open_file(name, "format");
	struct trace_field found = { 0 };
	char line[512];

	/* "	field:pid_t prev_pid;	offset:24;	size:4;	signed:1;" */
	while (fgets(line, sizeof(line), f)) {
		char *declaration = strstr(line, "field:");
		char *end = declaration ? strchr(declaration, ';') : NULL;

		if (!end || !declares(declaration, end - declaration, field))
			continue;
		if (sscanf(end, "; offset:%zu; size:%zu;", &found.offset, &found.size) == 2)
			break;
	}
	fclose(f);
	if (!found.size)
		errx(1, "%s: no field %s in its format", name, field);
	return found;
}

uint64_t trace_value(const void *raw, size_t size, struct trace_field field)
{
	const char *at = (const char *)raw + field.offset;
	uint64_t value = 0;

	if (field.size > sizeof(value) || field.offset + field.size > size)
		errx(1, "a record of %zu bytes has no %zu bytes at %zu", size,
		     field.size, field.offset);
	/* Little-endian, as x86 is. */
	memcpy(&value, at, field.size);
	return value;
}
