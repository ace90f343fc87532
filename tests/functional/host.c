// SPDX-License-Identifier: GPL-2.0
/* host.c - the machine around the threads */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "host.h"
#include "tap.h"

#define LOG_PREFIX	"sched_turbo: "

static int kmsg = -1;
static char *seen;		/* our lines since the mark, each with its NUL */
static size_t seen_size;

const char *build_path(const char *name)
{
	const char *build = getenv("ST_BUILD");
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", build ? build : "../..", name);
	return path;
}

int module_load(const char *params)
{
	int fd = open(build_path("kmod/sched_turbo.ko"), O_RDONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, params, 0))
		err = -errno;
	close(fd);
	return err;
}

bool module_loaded(void)
{
	return !access("/sys/module/sched_turbo", F_OK);
}

int module_unload(void)
{
	if (!module_loaded())
		return 0;
	return syscall(SYS_delete_module, "sched_turbo", O_NONBLOCK) ?
	       -errno : 0;
}

void module_need(const char *params)
{
	int err = module_unload() ?: module_load(params);

	if (!err)
		return;
	printf("Bail out! sched_turbo.ko %s: %s\n", params, strerror(-err));
	exit(2);
}

char *file_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t size = 1 << 16, used = 0;
	char *text = malloc(size);
	ssize_t got = 0;

	if (fd < 0 || !text) {
		free(text);
		return NULL;
	}
	while (used < size - 1) {
		got = read(fd, text + used, size - 1 - used);
		if (got <= 0)
			break;
		used += got;
	}
	close(fd);
	text[used] = 0;
	if (got >= 0)
		return text;
	free(text);
	return NULL;
}

int file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

int cpu_set_online(unsigned int cpu, bool online)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%u/online",
		 cpu);
	return file_write(path, online ? "1" : "0");
}

void log_mark(void)
{
	if (kmsg < 0)
		kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	lseek(kmsg, 0, SEEK_END);
	free(seen);
	seen = NULL;
	seen_size = 0;
}

/* Append what has been logged since the last look to "seen". */
static void log_read(void)
{
	char record[8192], *text;
	ssize_t n;

	while ((n = read(kmsg, record, sizeof(record) - 1)) > 0 ||
	       (n < 0 && errno == EPIPE)) {
		if (n < 0)
			continue;	/* overwritten before we came */
		record[n] = 0;
		text = strchr(record, ';');
		if (!text++ || strncmp(text, LOG_PREFIX, strlen(LOG_PREFIX)))
			continue;
		text[strcspn(text, "\n")] = 0;
		n = strlen(text) + 1;
		seen = realloc(seen, seen_size + n);
		if (!seen)
			abort();
		memcpy(seen + seen_size, text, n);
		seen_size += n;
	}
}

int log_count(const char *format, ...)
{
	const char *line;
	char want[256];
	int count = 0;
	va_list ap;

	va_start(ap, format);
	vsnprintf(want, sizeof(want), format, ap);
	va_end(ap);
	log_read();
	for (line = seen; line < seen + seen_size; line += strlen(line) + 1)
		count += !!strstr(line, want);
	return count;
}

uint64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ULL + ts.tv_nsec / 1000000;
}
