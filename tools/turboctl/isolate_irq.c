// SPDX-License-Identifier: GPL-2.0
/*
 * The interrupts that may be taken by a core
 */
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "isolate.h"
#include "msg.h"

#define SYSFS_DIR	"/sys/kernel/irq"

/* A file of /sys/kernel/irq/@irq, or "". */
static char *irq_attr(const char *irq, const char *attr)
{
	char *path = xprintf("%s/%s/%s", SYSFS_DIR, irq, attr);
	char *text;

	if (fs_read(path, &text))
		text = xstrdup("");
	free(path);
	return printable(text);
}

/*
 * Numbers of interrupts are used again when devices come and go.  The
 * controller and its own number tell one from the next; the names of the
 * handlers would not do, they also change while a device stays.
 */
static char *irq_tag(const char *irq)
{
	char *chip = irq_attr(irq, "chip_name");
	char *hwirq = irq_attr(irq, "hwirq");
	char *tag = xprintf("%s %s", chip, hwirq);

	free(chip);
	free(hwirq);
	return tag;
}

static void plan_one(struct state *st, const char *irq, unsigned int cpu)
{
	char *path = xprintf("%s/%s/smp_affinity_list", IRQ_DIR, irq);
	char *actions = irq_attr(irq, "actions");
	char *name = *actions ? xprintf("IRQ %s (%s)", irq, actions) :
				xprintf("IRQ %s", irq);
	char *tag = irq_tag(irq);

	file_plan(st, &(struct cpu_file) {
		.path = path,
		.shown = path,
		.name = name,
		.tag = tag,
	}, cpu);
	free(path);
	free(actions);
	free(name);
	free(tag);
}

/* All that may be taken by @cpu, and first of all those yet to come. */
void irq_plan(struct state *st, unsigned int cpu)
{
	struct dirent *entry;
	DIR *dir;

	file_plan(st, &(struct cpu_file) {
		.path = IRQ_DIR "/default_smp_affinity",
		.shown = IRQ_DIR "/default_smp_affinity",
		.name = "the affinity of new IRQs",
		.tag = "",
		.mask = true,
	}, cpu);
	dir = fs_opendir(IRQ_DIR);
	if (!dir) {
		note("%s cannot be read, so interrupts stay where they are",
		     IRQ_DIR);
		return;
	}
	while ((entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			plan_one(st, entry->d_name, cpu);
	closedir(dir);
}

/* The interrupt's number, or NULL if @file is not of an interrupt. */
static char *irq_of(const struct saved_file *file)
{
	const char *s = file->path;
	size_t dir = strlen(IRQ_DIR "/");

	if (strncmp(s, IRQ_DIR "/", dir) || !isdigit((unsigned char)s[dir]))
		return NULL;
	s += dir;
	return xprintf("%.*s", (int)strcspn(s, "/"), s);
}

/* Whether it is of an interrupt, not of those to come. */
bool irq_is(const struct saved_file *file)
{
	char *irq = irq_of(file);

	free(irq);
	return irq;
}

/* Whether its number is another interrupt's by now. */
bool irq_is_another(const struct saved_file *file)
{
	char *irq = irq_of(file);
	bool ret = false;
	char *tag;

	if (irq && fs_exists(file->path)) {
		tag = irq_tag(irq);
		ret = strcmp(tag, file->tag);
		free(tag);
	}
	free(irq);
	return ret;
}

/*
 * Whether an interrupt that the kernel does not let go can disturb @cpu: it has
 * a handler, and goes to @cpu as things are.  Most of those that cannot be moved
 * are unused numbers of the legacy controller.
 */
bool irq_stays(const struct saved_file *file, unsigned int cpu)
{
	char *irq = irq_of(file), *actions, *path;
	struct cpus effective;
	bool ret;

	if (!irq)
		return true;
	actions = irq_attr(irq, "actions");
	path = xprintf("%s/%s/effective_affinity_list", IRQ_DIR, irq);
	ret = *actions && (fs_read_cpulist(path, &effective) ||
			   cpus_has(&effective, cpu));
	free(actions);
	free(path);
	free(irq);
	return ret;
}
