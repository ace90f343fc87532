// SPDX-License-Identifier: GPL-2.0
/* tap.c - test results, one a line */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "tap.h"

static struct {
	int done;
	int failed;
} *count;

void tap_start(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	count = mmap(NULL, sizeof(*count), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (count == MAP_FAILED) {
		perror("mmap");
		exit(2);
	}
}

static void result(bool good, const char *format, va_list ap)
{
	count->done++;
	if (!good)
		count->failed++;
	printf("%sok %d - ", good ? "" : "not ", count->done);
	vprintf(format, ap);
}

bool ok(bool good, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	result(good, format, ap);
	va_end(ap);
	puts("");
	return good;
}

bool is(long got, long want, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	result(got == want, format, ap);
	va_end(ap);
	puts("");
	if (got != want)
		note("got %ld (%#lx), not %ld (%#lx)", got, got, want, want);
	return got == want;
}

void skip(const char *why, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	result(true, format, ap);
	va_end(ap);
	printf(" # SKIP %s\n", why);
}

void note(const char *format, ...)
{
	va_list ap;

	printf("# ");
	va_start(ap, format);
	vprintf(format, ap);
	va_end(ap);
	puts("");
}

int tap_end(void)
{
	printf("1..%d\n", count->done);
	if (count->failed)
		note("%d of %d failed", count->failed, count->done);
	return count->failed ? 1 : 0;
}
