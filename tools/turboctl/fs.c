// SPDX-License-Identifier: GPL-2.0
/*
 * Small files of the kernel's, under TURBOCTL_ROOT
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs.h"
#include "msg.h"

static const char *root(void)
{
	const char *r = secure_getenv("TURBOCTL_ROOT");

	return r ? r : "";
}

/* Whether paths lead to the running kernel's own files. */
bool fs_is_real(void)
{
	return !*root();
}

char *fs_path(const char *path)
{
	return xprintf("%s%s", root(), path);
}

bool fs_exists(const char *path)
{
	char *full = fs_path(path);
	bool ret = !access(full, F_OK);

	free(full);
	return ret;
}

static int fs_open(const char *path, int flags)
{
	char *full = fs_path(path);
	int fd = open(full, flags | O_CLOEXEC);

	if (fd < 0)
		fd = -errno;
	free(full);
	return fd;
}

/* The whole file without the newline at its end; the caller frees it. */
int fs_read(const char *path, char **text)
{
	size_t size = 0, len = 0;
	char *buf = NULL;
	ssize_t n;
	int fd;

	fd = fs_open(path, O_RDONLY);
	if (fd < 0)
		return fd;
	do {
		if (size - len < 1024) {
			size += 4096;
			buf = xalloc(buf, size, 1);
		}
		n = read(fd, buf + len, size - len - 1);
		if (n < 0) {
			if (errno == EINTR)
				continue;
			n = -errno;
			free(buf);
			close(fd);
			return n;
		}
		len += n;
	} while (n);
	close(fd);
	buf[len] = '\0';
	if (len && buf[len - 1] == '\n')
		buf[len - 1] = '\0';
	*text = buf;
	return 0;
}

/* In one write, as the kernel wants it; never creates a file. */
int fs_write(const char *path, const char *text)
{
	size_t len = strlen(text);
	ssize_t n;
	int fd;

	fd = fs_open(path, O_WRONLY | O_TRUNC);
	if (fd < 0)
		return fd;
	do {
		n = write(fd, text, len);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return n;
	return (size_t)n == len ? 0 : -EIO;
}

int fs_mkdir(const char *path)
{
	char *full = fs_path(path);
	int ret = mkdir(full, 0755) ? -errno : 0;

	free(full);
	return ret;
}

int fs_rmdir(const char *path)
{
	char *full = fs_path(path);
	int ret = rmdir(full) ? -errno : 0;

	free(full);
	return ret;
}

DIR *fs_opendir(const char *path)
{
	char *full = fs_path(path);
	DIR *dir = opendir(full);

	free(full);
	return dir;
}

int fs_read_cpulist(const char *path, struct cpus *set)
{
	char *text;
	int err;

	cpus_clear(set);
	err = fs_read(path, &text);
	if (err)
		return err;
	err = cpus_parse_list(text, set);
	free(text);
	return err;
}

/* Whether @word is one of the words of a file such as cgroup.controllers. */
bool fs_has_word(const char *path, const char *word)
{
	char *text, *save, *w;
	bool ret = false;

	if (fs_read(path, &text))
		return false;
	for (w = strtok_r(text, "\n ", &save); w && !ret;
	     w = strtok_r(NULL, "\n ", &save))
		ret = !strcmp(w, word);
	free(text);
	return ret;
}
