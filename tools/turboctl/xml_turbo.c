// SPDX-License-Identifier: GPL-2.0
/*
 * A libvirt domain with turbo vCPUs, made of one without
 *
 * What contains others is put into the journal behind them: that is the order
 * in which they are taken away again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "topology.h"
#include "units.h"
#include "xml_journal.h"
#include "xml_turbo.h"

#define SYSINFO		"sysinfo[@type=\"smbios\"]"

/* The last of the elements named that there is. */
static xmlNode *last_of(const xmlNode *root, const char * const *names)
{
	xmlNode *last = NULL, *node;

	for (node = root->children; node; node = node->next)
		for (size_t i = 0; names[i] && node->type == XML_ELEMENT_NODE; i++)
			if (!strcmp((const char *)node->name, names[i]))
				last = node;
	return last;
}

static void insert(struct xml_text *x, const char * const *after,
		   const char *element)
{
	xmlNode *node = last_of(x->root, after);

	if (node)
		xml_insert_after(x, node, element);
	else
		xml_append(x, x->root, element);
}

/* One step deeper. */
static char *nest(const char *element)
{
	size_t lines = 0, len = strlen(element);
	char *text, *to;

	for (const char *c = element; *c; c++)
		lines += *c == '\n';
	text = xalloc(NULL, len + lines + 1, 1);
	for (to = text; *element; element++) {
		*to++ = *element;
		if (*element == '\n')
			*to++ = '\t';
	}
	*to = '\0';
	return text;
}

void xml_turbo_tune(struct turbo_change *c, const char *element,
		    const char *path)
{
	char *old = c->cputune;

	c->cputune = old ? xprintf("%s\n%s", old, element) : xstrdup(element);
	free(old);
	journal_new(c->journal, path);
}

static int change_type(struct turbo_change *c)
{
	xmlNode *os = xml_child(c->x->root, "os", NULL);
	xmlNode *type = xml_child(os, "type", NULL);
	char *kind = xml_attr(c->x->root, "type");
	char *arch = xml_attr(type, "arch");
	int err = 0;

	if (!kind || strcmp(kind, "kvm"))
		err = xml_refuse(c->x, c->x->root, "type '%s': only guests of type 'kvm' have vCPUs for SCHED_TURBO",
				 kind ? printable(kind) : "");
	else if (!type)
		err = xml_refuse(c->x, os ? os : c->x->root,
				 "there is no <os> with a <type>");
	else if (arch && strcmp(arch, "x86_64") && strcmp(arch, "i686"))
		err = xml_refuse(c->x, type, "arch '%s': turbo guests are x86",
				 printable(arch));
	free(kind);
	free(arch);
	return err;
}

/* Who is tuned by number must not become somebody else. */
static int check_tuned(struct turbo_change *c)
{
	xmlNode *cputune = xml_child(c->x->root, "cputune", NULL), *node;
	static const char * const keys[] = { "vcpu", "vcpus" };
	struct cpus set;
	int err = 0;

	for (node = cputune ? xmlFirstElementChild(cputune) : NULL; node && !err;
	     node = xmlNextElementSibling(node)) {
		for (size_t i = 0; i < ARRAY_SIZE(keys) && !err; i++) {
			char *text = xml_attr(node, keys[i]);

			if (text && !cpus_parse_list(text, &set)) {
				cpus_and(&set, &c->turbo);
				if (!cpus_empty(&set))
					err = xml_refuse(c->x, node, "<%s> is about vCPU %s, which would become a turbo vCPU: those are not tuned",
							 node->name, text);
			}
			free(text);
		}
	}
	return err;
}

static int change_topology(struct turbo_change *c, unsigned int max)
{
	xmlNode *cpu = xml_child(c->x->root, "cpu", NULL);
	xmlNode *node = xml_child(cpu, "topology", NULL);
	unsigned int level[TOPOLOGY_LEVELS], old[TOPOLOGY_LEVELS];
	enum topology_level grown;
	char *path, *value;
	int err = 0;

	if (!node)
		return 0;
	for (int i = 0; i < TOPOLOGY_LEVELS; i++) {
		level[i] = 1;
		if (!err)
			err = xml_number(c->x, node, topology_names[i],
					 CPUS_MAX, &level[i]);
	}
	if (err)
		return err;
	memcpy(old, level, sizeof(old));
	if (topology_grow(level, max, &grown))
		return xml_refuse(c->x, node, "<topology> of %u sockets with %u cores of %u threads has no room for %u vCPUs: change it, or take it out",
				  level[TOPOLOGY_SOCKETS], level[TOPOLOGY_CORES],
				  level[TOPOLOGY_THREADS], max);
	path = xprintf("cpu/topology/@%s", topology_names[grown]);
	value = xprintf("%u", old[grown]);
	journal_was(c->journal, path, value);
	free(path);
	free(value);
	value = xprintf("%u", level[grown]);
	xml_set_attr(c->x, node, topology_names[grown], value);
	free(value);
	return 0;
}

/* The numbers that there were not go to the first cell that has any. */
static int change_cells(struct turbo_change *c, unsigned int from,
			unsigned int to)
{
	xmlNode *cpu = xml_child(c->x->root, "cpu", NULL), *cell;
	unsigned int index = 0;
	struct cpus set;

	for_each_child(cell, xml_child(cpu, "numa", NULL), "cell") {
		char *text = xml_attr(cell, "cpus"), *path, *list;

		index++;
		if (!text)
			continue;
		if (cpus_parse_list(text, &set)) {
			xml_refuse(c->x, cell, "cpus '%s' is no list of vCPUs",
				   printable(text));
			free(text);
			return -EINVAL;
		}
		for (; from < to; from++)
			cpus_add(&set, from);
		path = xprintf("cpu/numa/cell[%u]/@cpus", index);
		list = cpus_list(&set);
		journal_was(c->journal, path, text);
		xml_set_attr(c->x, cell, "cpus", list);
		free(path);
		free(list);
		free(text);
		return 0;
	}
	return 0;
}

/*
 * Turbo vCPUs are the last ones that there are at boot: those that are plugged
 * later come behind them, and libvirt does not unplug those of boot.
 */
static int change_vcpus(struct turbo_change *c)
{
	static const char * const after[] = {
		"name", "uuid", "title", "description", "metadata", "maxMemory",
		"memory", "currentMemory", "memtune", "memoryBacking", NULL,
	};
	xmlNode *vcpu = xml_child(c->x->root, "vcpu", NULL);
	xmlNode *vcpus = xml_child(c->x->root, "vcpus", NULL);
	unsigned int max = 1, now, nr = c->opts->nr;
	char *text;
	int err = 0;

	if (vcpus)
		return xml_refuse(c->x, vcpus, "<vcpus> says of single vCPUs whether they are there at boot: take it out, <vcpu current='...'> says how many");
	if (vcpu)
		err = xml_number(c->x, vcpu, NULL, CPUS_MAX - nr, &max);
	now = max;
	if (!err && vcpu)
		err = xml_number(c->x, vcpu, "current", max, &now);
	if (err)
		return err;
	for (unsigned int i = 0; i < nr; i++)
		cpus_add(&c->turbo, now + i);
	err = check_tuned(c);
	if (!err)
		err = change_topology(c, max + nr);
	if (!err)
		err = change_cells(c, max, max + nr);
	if (err)
		return err;
	text = xprintf("%u", max + nr);
	if (vcpu) {
		char *old = xprintf("%u", max);

		journal_was(c->journal, "vcpu", old);
		xml_set_content(c->x, vcpu, text);
		free(old);
	} else {
		char *element = xprintf("<vcpu>%s</vcpu>", text);

		journal_new(c->journal, "vcpu");
		insert(c->x, after, element);
		free(element);
	}
	free(text);
	text = xml_attr(vcpu, "current");
	if (text) {
		char *current = xprintf("%u", now + nr);

		journal_was(c->journal, "vcpu/@current", text);
		xml_set_attr(c->x, vcpu, "current", current);
		free(current);
	}
	free(text);
	return 0;
}

static void change_shares(struct turbo_change *c)
{
	xmlNode *cputune = xml_child(c->x->root, "cputune", NULL);
	xmlNode *shares = xml_child(cputune, "shares", NULL);
	char *value, *old, *element;

	if (!c->opts->weight || c->opts->own_weight)
		return;
	value = xprintf("%u", c->opts->weight);
	if (shares) {
		old = xml_content(shares);
		if (strcmp(old, value)) {
			journal_was(c->journal, "cputune/shares", old);
			xml_set_content(c->x, shares, value);
		}
		free(old);
	} else {
		element = xprintf("<shares>%s</shares>", value);
		xml_turbo_tune(c, element, "cputune/shares");
		free(element);
	}
	free(value);
}

static void put_cputune(struct turbo_change *c)
{
	static const char * const after[] = {
		"name", "vcpu", "vcpus", "iothreads", "iothreadids", NULL,
	};
	xmlNode *cputune = xml_child(c->x->root, "cputune", NULL);
	char *inner, *element;

	if (!c->cputune)
		return;
	if (cputune) {
		xml_append(c->x, cputune, c->cputune);
		return;
	}
	inner = nest(c->cputune);
	element = xprintf("<cputune>\n\t%s\n</cputune>", inner);
	insert(c->x, after, element);
	journal_new(c->journal, "cputune");
	free(inner);
	free(element);
}

static xmlNode *find_sysinfo(const struct xml_text *x)
{
	xmlNode *node;

	for_each_child(node, x->root, "sysinfo") {
		char *type = xml_attr(node, "type");
		bool smbios = type && !strcmp(type, "smbios");

		free(type);
		if (smbios)
			return node;
	}
	return NULL;
}

static int check_strings(struct turbo_change *c, const xmlNode *strings)
{
	xmlNode *entry;

	for_each_child(entry, strings, "entry") {
		char *text = xml_content(entry);
		int err = 0;

		if (!strncmp(text, "sched_turbo", 11))
			err = xml_refuse(c->x, entry, "the guest is told of turbo vCPUs already, by '%s': take that out",
					 printable(text));
		free(text);
		if (err)
			return err;
	}
	return 0;
}

static int change_mode(struct turbo_change *c, const xmlNode *sysinfo)
{
	xmlNode *os = xml_child(c->x->root, "os", NULL);
	xmlNode *smbios = xml_child(os, "smbios", NULL);
	char *mode = xml_attr(smbios, "mode");
	int err = 0;

	if (mode && !strcmp(mode, "sysinfo"))
		goto out;
	if (mode && strcmp(mode, "emulate"))
		err = xml_refuse(c->x, smbios, "smbios mode '%s': with it the guest can't be told of its turbo vCPUs",
				 printable(mode));
	else if (sysinfo)
		err = xml_refuse(c->x, sysinfo, "<sysinfo type='smbios'> has no effect as long as <os> has no <smbios mode='sysinfo'/>: add that, or take it out");
	else if (mode) {
		journal_was(c->journal, "os/smbios/@mode", mode);
		xml_set_attr(c->x, smbios, "mode", "sysinfo");
	} else {
		journal_new(c->journal, "os/smbios");
		xml_append(c->x, os, "<smbios mode='sysinfo'/>");
	}
out:
	free(mode);
	return err;
}

static int change_smbios(struct turbo_change *c)
{
	static const char * const after[] = { "os", NULL };
	xmlNode *sysinfo = find_sysinfo(c->x);
	xmlNode *strings = xml_child(sysinfo, "oemStrings", NULL);
	char *list, *entry, *element;
	int err;

	err = check_strings(c, strings);
	if (!err)
		err = change_mode(c, sysinfo);
	if (err)
		return err;
	list = cpus_list(&c->turbo);
	entry = xprintf("<entry>sched_turbo:1:turbo_vcpus=%s</entry>", list);
	journal_new(c->journal, SYSINFO "/oemStrings/entry[starts-with(normalize-space(.),\"sched_turbo\")]");
	if (strings) {
		xml_append(c->x, strings, entry);
	} else {
		journal_new(c->journal, SYSINFO "/oemStrings");
		if (sysinfo) {
			element = xprintf("<oemStrings>\n\t%s\n</oemStrings>",
					  entry);
			xml_append(c->x, sysinfo, element);
		} else {
			element = xprintf("<sysinfo type='smbios'>\n\t<oemStrings>\n\t\t%s\n\t</oemStrings>\n</sysinfo>",
					  entry);
			journal_new(c->journal, SYSINFO);
			insert(c->x, after, element);
		}
		free(element);
	}
	free(list);
	free(entry);
	return 0;
}

static char *our_element(struct turbo_change *c, const char *undo)
{
	char *vcpus = cpus_list(&c->turbo), *cores = cpus_list(&c->opts->cores);
	char *slice = NULL, *weight = NULL, *element, buf[DURATION_LEN];

	if (c->opts->slice_ns)
		slice = xprintf(" slice='%s'",
				format_duration(c->opts->slice_ns, buf));
	if (c->opts->own_weight)
		weight = xprintf(" weight='%u'", c->opts->weight);
	element = xprintf("<" DOMAIN_PREFIX ":domain xmlns:" DOMAIN_PREFIX "='" DOMAIN_NS "' vcpus='%s'%s%s>\n\t<" DOMAIN_PREFIX ":undo%s%s%s>%s\n\t</" DOMAIN_PREFIX ":undo>\n</" DOMAIN_PREFIX ":domain>",
			  vcpus, slice ? slice : "", weight ? weight : "",
			  *cores ? " cores='" : "", cores, *cores ? "'" : "",
			  undo);
	free(vcpus);
	free(cores);
	free(slice);
	free(weight);
	return element;
}

static void put_metadata(struct turbo_change *c)
{
	static const char * const after[] = {
		"name", "uuid", "genid", "title", "description", NULL,
	};
	xmlNode *metadata = xml_child(c->x->root, "metadata", NULL);
	char *undo, *element, *inner;

	if (!metadata)
		journal_new(c->journal, "metadata");
	undo = journal_end(c->journal);
	element = our_element(c, undo);
	if (metadata) {
		xml_append(c->x, metadata, element);
	} else {
		inner = nest(element);
		free(element);
		element = xprintf("<metadata>\n\t%s\n</metadata>", inner);
		insert(c->x, after, element);
		free(inner);
	}
	free(undo);
	free(element);
}

/* The guest's module can't move the interrupts of a disk with more of them. */
static void note_queues(const struct xml_text *x)
{
	xmlNode *disk;

	for_each_child(disk, xml_child(x->root, "devices", NULL), "disk") {
		char *bus = xml_attr(xml_child(disk, "target", NULL), "bus");
		char *queues = xml_attr(xml_child(disk, "driver", NULL),
					"queues");

		if (bus && !strcmp(bus, "virtio") &&
		    (!queues || strcmp(queues, "1")))
			xml_note(x, disk, "this disk has a queue for each vCPU: with <driver queues='1'/> its interrupts can go to the turbo vCPU");
		free(bus);
		free(queues);
	}
}

int xml_turbo(struct xml_text *x, const struct turbo_options *opts)
{
	struct journal journal;
	struct turbo_change c = { .x = x, .opts = opts, .journal = &journal };
	int err;

	journal_begin(&journal);
	err = change_type(&c);
	if (!err)
		err = change_vcpus(&c);
	if (!err)
		err = xml_turbo_pins(&c);
	if (err) {
		free(journal_end(&journal));
		free(c.cputune);
		return err;
	}
	change_shares(&c);
	put_cputune(&c);
	err = change_smbios(&c);
	if (err)
		free(journal_end(&journal));
	else
		put_metadata(&c);
	free(c.cputune);
	if (!err)
		note_queues(x);
	return err;
}
