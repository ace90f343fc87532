// SPDX-License-Identifier: GPL-2.0
/*
 * What turboctl has changed: in its file
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json_util.h>

#include "fs.h"
#include "json.h"
#include "msg.h"
#include "state.h"

#define STATE_SCHEMA	1

static char *state_dir(void)
{
	const char *dir = secure_getenv("TURBOCTL_STATE_DIR");

	return dir ? xstrdup(dir) : fs_path("/run/sched_turbo");
}

static char *state_path(const char *suffix)
{
	char *dir = state_dir();
	char *path = xprintf("%s/state.json%s", dir, suffix);

	free(dir);
	return path;
}

/* One turboctl at a time; the lock goes with the process. */
int state_lock(void)
{
	char *dir = state_dir();
	int fd, err = 0;

	if (mkdir(dir, 0755) && errno != EEXIST)
		err = -errno;
	fd = err ? -1 : open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!err && (fd < 0 || flock(fd, LOCK_EX)))
		err = -errno;
	if (err) {
		complain("%s: %s (turboctl keeps there what core del has to undo; run it as root, or set TURBOCTL_STATE_DIR)",
			 dir, strerror(-err));
		if (fd >= 0)
			close(fd);
	}
	free(dir);
	return err ? err : fd;
}

void state_unlock(int lock)
{
	close(lock);
}

static struct json_object *file_to_json(const struct saved_file *file)
{
	struct json_object *obj = json_object_new_object();

	json_add_string(obj, "path", file->path);
	json_add_string(obj, "shown", file->shown);
	json_add_string(obj, "name", file->name);
	json_add_string(obj, "tag", file->tag);
	json_add_string(obj, "original", file->original);
	json_add_cpus(obj, "ours", &file->ours);
	json_add_cpus(obj, "excluded", &file->excluded);
	json_add_bool(obj, "mask", file->mask);
	return obj;
}

static struct json_object *thread_to_json(const struct saved_thread *thread)
{
	struct json_object *obj = json_object_new_object();

	json_add_u64(obj, "tid", thread->tid);
	json_add_u64(obj, "start", thread->start);
	json_add_cpus(obj, "original", &thread->original);
	json_add_cpus(obj, "ours", &thread->ours);
	return obj;
}

static struct json_object *state_to_json(const struct state *st)
{
	struct json_object *obj = json_object_new_object();
	struct json_object *files = json_object_new_array();
	struct json_object *threads = json_object_new_array();

	for (size_t i = 0; i < st->nr_files; i++)
		json_object_array_add(files, file_to_json(&st->files[i]));
	for (size_t i = 0; i < st->nr_threads; i++)
		json_object_array_add(threads, thread_to_json(&st->threads[i]));
	json_add_u64(obj, "schema", STATE_SCHEMA);
	json_add_cpus(obj, "cores", &st->cores);
	json_add_bool(obj, "cgroup", st->has_cgroup);
	json_add_bool(obj, "controller", st->has_controller);
	json_add_cpus(obj, "partition", &st->partition);
	json_object_object_add(obj, "files", files);
	json_object_object_add(obj, "threads", threads);
	return obj;
}

static bool file_from_json(struct json_object *obj, struct saved_file *file)
{
	/* All of them, so that the file can be dropped whatever is missing. */
	file->path = json_get_string(obj, "path");
	file->shown = json_get_string(obj, "shown");
	file->name = json_get_string(obj, "name");
	file->tag = json_get_string(obj, "tag");
	file->original = json_get_string(obj, "original");
	return file->path && file->shown && file->name && file->tag &&
	       file->original && json_get_cpus(obj, "ours", &file->ours) &&
	       json_get_cpus(obj, "excluded", &file->excluded) &&
	       json_get_bool(obj, "mask", &file->mask);
}

static bool thread_from_json(struct json_object *obj,
			     struct saved_thread *thread)
{
	uint64_t tid;

	if (!json_get_u64(obj, "tid", &tid))
		return false;
	thread->tid = tid;
	return json_get_u64(obj, "start", &thread->start) &&
	       json_get_cpus(obj, "original", &thread->original) &&
	       json_get_cpus(obj, "ours", &thread->ours);
}

static bool state_from_json(struct json_object *obj, struct state *st)
{
	struct json_object *files, *threads;
	uint64_t schema;

	if (!json_get_u64(obj, "schema", &schema) || schema != STATE_SCHEMA ||
	    !json_get_cpus(obj, "cores", &st->cores) ||
	    !json_get_bool(obj, "cgroup", &st->has_cgroup) ||
	    !json_get_bool(obj, "controller", &st->has_controller) ||
	    !json_get_cpus(obj, "partition", &st->partition))
		return false;
	files = json_get_array(obj, "files");
	threads = json_get_array(obj, "threads");
	if (!files || !threads)
		return false;
	for (size_t i = 0; i < json_object_array_length(files); i++)
		if (!file_from_json(json_object_array_get_idx(files, i),
				    state_add_file(st)))
			return false;
	for (size_t i = 0; i < json_object_array_length(threads); i++)
		if (!thread_from_json(json_object_array_get_idx(threads, i),
				      state_add_thread(st)))
			return false;
	return true;
}

/* Without a file there is nothing to undo. */
int state_load(struct state *st)
{
	char *path = state_path("");
	struct json_object *obj;
	int err = 0;

	memset(st, 0, sizeof(*st));
	if (access(path, F_OK) && errno == ENOENT) {
		free(path);
		return 0;
	}
	obj = json_object_from_file(path);
	if (!obj || !state_from_json(obj, st)) {
		complain("%s is not what turboctl wrote there (look at it, undo by hand what it lists, and remove it)",
			 path);
		state_free(st);
		err = -EBADMSG;
	}
	json_object_put(obj);
	free(path);
	return err;
}

static int write_whole(int fd, const char *text)
{
	size_t len = strlen(text);
	ssize_t n;

	while (len) {
		n = write(fd, text, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		len -= n;
	}
	return fsync(fd) ? -errno : 0;
}

/* The old file or the new one, whatever happens meanwhile. */
static int replace(const char *path, const char *text)
{
	char *temp = state_path(".new");
	int fd, err;

	fd = open(temp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		  0644);
	if (fd < 0) {
		err = -errno;
	} else {
		err = write_whole(fd, text);
		if (close(fd) && !err)
			err = -errno;
		if (!err && rename(temp, path))
			err = -errno;
		if (err)
			unlink(temp);
	}
	free(temp);
	return err;
}

/* With nothing to undo there is no file. */
int state_save(const struct state *st)
{
	struct json_object *obj;
	char *path = state_path("");
	int err;

	if (cpus_empty(&st->cores) && !st->has_cgroup && !st->nr_files &&
	    !st->nr_threads) {
		err = unlink(path) && errno != ENOENT ? -errno : 0;
	} else {
		obj = state_to_json(st);
		err = replace(path, json_object_to_json_string_ext(obj,
				JSON_C_TO_STRING_PRETTY |
				JSON_C_TO_STRING_NOSLASHESCAPE));
		json_object_put(obj);
	}
	if (err)
		complain("%s: %s (turboctl keeps there what core del has to undo; make room, or set TURBOCTL_STATE_DIR)",
			 path, strerror(-err));
	free(path);
	return err;
}
