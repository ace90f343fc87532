// SPDX-License-Identifier: GPL-2.0
/*
 * What turboctl says, and memory it cannot do without
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include "msg.h"

static const char note_prefix[] = "note: ";
static bool to_syslog;

static void vsay(const char *kind, const char *fmt, va_list ap)
{
	char *text;

	if (vasprintf(&text, fmt, ap) < 0)
		die_nomem();
	/* In order with what went to stdout, when both are one file. */
	fflush(stdout);
	fprintf(stderr, "turboctl: %s%s\n", kind, text);
	if (to_syslog)
		syslog(*kind ? LOG_NOTICE : LOG_ERR, "%s%s", kind, text);
	free(text);
}

void complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay("", fmt, ap);
	va_end(ap);
}

void note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(note_prefix, fmt, ap);
	va_end(ap);
}

void report(const char *fmt, ...)
{
	va_list ap;
	char *text;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (len < 0)
		die_nomem();
	/* libvirt would take what a hook prints for the domain. */
	if (to_syslog)
		syslog(LOG_INFO, "%s", text);
	else
		puts(text);
	free(text);
}

void msg_to_syslog(void)
{
	openlog("sched_turbo", LOG_PID | LOG_NDELAY, LOG_DAEMON);
	to_syslog = true;
}

int usage_error(const char *command, const char *fmt, ...)
{
	va_list ap;

	if (fmt) {
		va_start(ap, fmt);
		vsay("", fmt, ap);
		va_end(ap);
	}
	fprintf(stderr, "Try 'turboctl%s%s --help'.\n", *command ? " " : "",
		command);
	return EX_USAGE;
}

void die_nomem(void)
{
	fputs("turboctl: out of memory\n", stderr);
	exit(EX_FAILED);
}

void *xalloc(void *old, size_t count, size_t size)
{
	void *p = reallocarray(old, count ? count : 1, size);

	if (!p)
		die_nomem();
	return p;
}

char *xstrdup(const char *s)
{
	char *p = strdup(s);

	if (!p)
		die_nomem();
	return p;
}

char *xprintf(const char *fmt, ...)
{
	va_list ap;
	char *p;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&p, fmt, ap);
	va_end(ap);
	if (len < 0)
		die_nomem();
	return p;
}

void xlist(char **list, const char *fmt, ...)
{
	char *item, *old = *list;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&item, fmt, ap) < 0)
		die_nomem();
	va_end(ap);
	*list = old ? xprintf("%s, %s", old, item) : xstrdup(item);
	free(old);
	free(item);
}

char *printable(char *name)
{
	for (char *c = name; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
	return name;
}
