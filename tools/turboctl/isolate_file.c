// SPDX-License-Identifier: GPL-2.0
/*
 * Taking a core out of a file with a set of CPUs
 *
 * The affinity of each interrupt, the default for new ones and the CPUs of the
 * unbound work queues are all such files.  For each that was changed, the state
 * has its original text, the cores taken out and the set last written.  A file
 * that does not have that set any more was changed by someone else meanwhile,
 * whose word then stands.
 */
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "isolate.h"
#include "msg.h"

int file_read_cpus(const char *path, bool mask, struct cpus *set, char **text)
{
	char *t;
	int err;

	err = fs_read(path, &t);
	if (err)
		return err;
	err = mask ? cpus_parse_mask(t, set) : cpus_parse_list(t, set);
	if (err || !text)
		free(t);
	else
		*text = t;
	return err;
}

/* The set a file has to have without the cores in @excluded. */
static void without(const struct saved_file *file, const struct cpus *excluded,
		    const struct cpus *spare, struct cpus *set)
{
	int err;

	err = file->mask ? cpus_parse_mask(file->original, set) :
			   cpus_parse_list(file->original, set);
	if (err)
		cpus_clear(set);
	cpus_andnot(set, excluded);
	/* It was on turbo cores only: anywhere else, then. */
	if (cpus_empty(set))
		*set = *spare;
}

static int write_cpus(const struct saved_file *file, const struct cpus *set)
{
	char *text = file->mask ? cpus_mask(set) : cpus_list(set);
	int err;

	err = fs_write(file->path, text);
	free(text);
	return err;
}

/* Whether @cpu is in the file, and so file_apply() has to take it out. */
bool file_plan(struct state *st, const struct cpu_file *file, unsigned int cpu)
{
	struct saved_file *saved;
	struct cpus now;
	char *text;

	if (file_read_cpus(file->shown, file->mask, &now, &text))
		return false;
	if (!cpus_has(&now, cpu)) {
		free(text);
		return false;
	}
	saved = state_file(st, file->path);
	if (saved && (!cpus_equal(&saved->ours, &now) ||
		      strcmp(saved->tag, file->tag))) {
		/* Someone else's now: we start from that. */
		state_drop_file(st, saved);
		saved = NULL;
	}
	if (!saved) {
		saved = state_add_file(st);
		saved->path = xstrdup(file->path);
		saved->shown = xstrdup(file->shown);
		saved->name = xstrdup(file->name);
		saved->tag = xstrdup(file->tag);
		saved->mask = file->mask;
		saved->original = text;
		saved->ours = now;
	} else {
		free(text);
	}
	cpus_add(&saved->excluded, cpu);
	saved->pending = true;
	return true;
}

/* A change that was not made: the file drops out of the state if it can. */
static void unplan(struct state *st, struct saved_file *file, unsigned int cpu)
{
	cpus_del(&file->excluded, cpu);
	file->pending = false;
	if (cpus_empty(&file->excluded))
		state_drop_file(st, file);
}

/* Negative errno if the kernel does not have it; @file may be gone then. */
int file_apply(struct state *st, struct saved_file *file, unsigned int cpu,
	       const struct cpus *spare)
{
	struct cpus set, now;
	int err;

	without(file, &file->excluded, spare, &set);
	err = write_cpus(file, &set);
	if (err) {
		unplan(st, file, cpu);
		return err;
	}
	/* Some interrupt controllers take only a part of what they are given. */
	file->ours = file_read_cpus(file->shown, file->mask, &now, NULL) ?
		     set : now;
	file->pending = false;
	return 0;
}

/* Puts @cpu back where it was; drops @file if that was its last core. */
void file_restore(struct state *st, struct saved_file *file, unsigned int cpu,
		  const struct cpus *spare)
{
	struct cpus now, set, excluded = file->excluded;
	char *is, *was;
	int err;

	cpus_del(&excluded, cpu);
	without(file, &excluded, spare, &set);
	if (file_read_cpus(file->shown, file->mask, &now, NULL))
		goto drop;	/* gone, and with it what there was to undo */
	if (!cpus_equal(&now, &set)) {
		if (!cpus_equal(&now, &file->ours)) {
			is = cpus_list(&now);
			was = cpus_list(&file->ours);
			note("%s is left alone: its CPUs are %s now, and were %s when turboctl last wrote them (%s)",
			     file->name, is, was, file->path);
			free(is);
			free(was);
			goto drop;
		}
		err = cpus_empty(&excluded) ?
		      fs_write(file->path, file->original) :
		      write_cpus(file, &set);
		if (err) {
			is = cpus_list(&set);
			note("%s: the kernel refuses to have CPU %u back: %s (echo %s > %s)",
			     file->name, cpu, strerror(-err),
			     cpus_empty(&excluded) ? file->original : is,
			     file->path);
			free(is);
			goto drop;
		}
	}
	if (cpus_empty(&excluded))
		goto drop;
	file->excluded = excluded;
	file->ours = set;
	return;
drop:
	state_drop_file(st, file);
}
