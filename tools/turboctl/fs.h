/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Small files of the kernel's, under TURBOCTL_ROOT
 *
 * All paths here are absolute and get the value of the environment variable
 * TURBOCTL_ROOT in front, so that the tests can show turboctl a machine of
 * their own making.
 */
#ifndef TURBOCTL_FS_H
#define TURBOCTL_FS_H

#include <dirent.h>
#include <stdbool.h>

#include "cpus.h"

bool fs_is_real(void);
char *fs_path(const char *path);
bool fs_exists(const char *path);
int fs_read(const char *path, char **text);
int fs_write(const char *path, const char *text);
int fs_mkdir(const char *path);
int fs_rmdir(const char *path);
DIR *fs_opendir(const char *path);
int fs_read_cpulist(const char *path, struct cpus *set);
bool fs_has_word(const char *path, const char *word);

#endif
