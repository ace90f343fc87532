// SPDX-License-Identifier: GPL-2.0
/*
 * What turboctl has changed: in memory
 */
#include <stdlib.h>
#include <string.h>

#include "msg.h"
#include "state.h"

void state_free(struct state *st)
{
	while (st->nr_files)
		state_drop_file(st, &st->files[st->nr_files - 1]);
	free(st->files);
	free(st->threads);
	memset(st, 0, sizeof(*st));
}

struct saved_file *state_file(struct state *st, const char *path)
{
	for (size_t i = 0; i < st->nr_files; i++)
		if (!strcmp(st->files[i].path, path))
			return &st->files[i];
	return NULL;
}

/* Pointers to other files are stale after this. */
struct saved_file *state_add_file(struct state *st)
{
	struct saved_file *file;

	st->files = xalloc(st->files, st->nr_files + 1, sizeof(*file));
	file = &st->files[st->nr_files++];
	memset(file, 0, sizeof(*file));
	return file;
}

/* The last file takes the place of @file: go through them backwards. */
void state_drop_file(struct state *st, struct saved_file *file)
{
	free(file->path);
	free(file->shown);
	free(file->name);
	free(file->tag);
	free(file->original);
	*file = st->files[--st->nr_files];
}

struct saved_thread *state_thread(struct state *st, pid_t tid, uint64_t start)
{
	for (size_t i = 0; i < st->nr_threads; i++)
		if (st->threads[i].tid == tid && st->threads[i].start == start)
			return &st->threads[i];
	return NULL;
}

/* Pointers to other threads are stale after this. */
struct saved_thread *state_add_thread(struct state *st)
{
	struct saved_thread *thread;

	st->threads = xalloc(st->threads, st->nr_threads + 1, sizeof(*thread));
	thread = &st->threads[st->nr_threads++];
	memset(thread, 0, sizeof(*thread));
	return thread;
}

/* As state_drop_file(). */
void state_drop_thread(struct state *st, struct saved_thread *thread)
{
	*thread = st->threads[--st->nr_threads];
}
