// SPDX-License-Identifier: GPL-2.0
/*
 * A libvirt domain with turbo vCPUs: what is pinned where
 *
 * Whatever is pinned is kept off the turbo cores, and so are QEMU's own thread
 * and its I/O threads if they were not pinned.  Regular vCPUs that are not
 * pinned stay so: the isolation of the cores keeps them off.  Turbo vCPUs are
 * not pinned, as the module places them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "xml_journal.h"
#include "xml_turbo.h"

/* libvirt's form: "0-7,^3". */
static int parse_cpuset(const char *text, struct cpus *set)
{
	char *copy = xstrdup(text), *rest = copy, *one;
	struct cpus some;
	int err = *text ? 0 : -EINVAL;

	cpus_clear(set);
	while (!err && (one = strsep(&rest, ","))) {
		bool without = *one == '^';

		err = *one ? cpus_parse_list(one + without, &some) : -EINVAL;
		if (!err && without)
			cpus_andnot(set, &some);
		else if (!err)
			cpus_or(set, &some);
	}
	free(copy);
	return err;
}

static int narrow(struct turbo_change *c, xmlNode *node, const char *path)
{
	char *text = xml_attr(node, "cpuset"), *list = NULL, *at = NULL;
	struct cpus set, left;
	int err = 0;

	if (!text)
		return 0;
	if (parse_cpuset(text, &set)) {
		err = xml_refuse(c->x, node, "cpuset '%s' is no list of CPUs",
				 printable(text));
		goto out;
	}
	left = set;
	cpus_andnot(&left, &c->opts->cores);
	if (cpus_equal(&left, &set))
		goto out;
	if (cpus_empty(&left)) {
		list = cpus_list(&c->opts->cores);
		err = xml_refuse(c->x, node, "<%s> is pinned to %s, and turbo cores (%s) take turbo vCPUs only: pin it elsewhere",
				 node->name, text, list);
		goto out;
	}
	list = cpus_list(&left);
	at = xprintf("%s/@cpuset", path);
	xml_set_attr(c->x, node, "cpuset", list);
	journal_was(c->journal, at, text);
out:
	free(text);
	free(list);
	free(at);
	return err;
}

static int narrow_numbered(struct turbo_change *c, const xmlNode *cputune,
			   const char *name, const char *key)
{
	xmlNode *node;
	char *path;
	int err;

	for_each_child(node, cputune, name) {
		unsigned int nr = 0;
		char *text = xml_attr(node, key);

		/* A number, as libvirt will say if it isn't. */
		nr = text ? strtoul(text, NULL, 10) : 0;
		free(text);
		path = xprintf("cputune/%s[@%s=%u]", name, key, nr);
		err = narrow(c, node, path);
		free(path);
		if (err)
			return err;
	}
	return 0;
}

static bool has_pin(const xmlNode *cputune, unsigned int iothread)
{
	xmlNode *node;

	for_each_child(node, cputune, "iothreadpin") {
		char *id = xml_attr(node, "iothread");
		bool same = id && strtoul(id, NULL, 10) == iothread;

		free(id);
		if (same)
			return true;
	}
	return false;
}

static void pin_iothread(struct turbo_change *c, const xmlNode *cputune,
			 unsigned int id, const char *elsewhere)
{
	char *pin, *path;

	if (has_pin(cputune, id))
		return;
	pin = xprintf("<iothreadpin iothread='%u' cpuset='%s'/>", id,
		      elsewhere);
	path = xprintf("cputune/iothreadpin[@iothread=%u]", id);
	xml_turbo_tune(c, pin, path);
	free(pin);
	free(path);
}

static int pin_iothreads(struct turbo_change *c, const xmlNode *cputune,
			 const char *elsewhere)
{
	xmlNode *ids = xml_child(c->x->root, "iothreadids", NULL);
	xmlNode *node = xml_child(c->x->root, "iothreads", NULL);
	unsigned int nr = 0, id;
	struct cpus named = {};
	int err = 0;

	if (node)
		err = xml_number(c->x, node, NULL, CPUS_MAX - 1, &nr);
	for_each_child(node, ids, "iothread") {
		id = 0;
		if (!err)
			err = xml_number(c->x, node, "id", CPUS_MAX - 1, &id);
		if (err || !id)
			continue;
		cpus_add(&named, id);
		pin_iothread(c, cputune, id, elsewhere);
		if (nr)
			nr--;
	}
	/* libvirt numbers the rest of them from 1, around those with an id. */
	for (id = 1; !err && nr && id < CPUS_MAX; id++) {
		if (cpus_has(&named, id))
			continue;
		pin_iothread(c, cputune, id, elsewhere);
		nr--;
	}
	return err;
}

int xml_turbo_pins(struct turbo_change *c)
{
	xmlNode *cputune = xml_child(c->x->root, "cputune", NULL);
	xmlNode *vcpu = xml_child(c->x->root, "vcpu", NULL);
	xmlNode *emulator = xml_child(cputune, "emulatorpin", NULL);
	char *inherited = xml_attr(vcpu, "cpuset"), *elsewhere, *pin;
	struct cpus set;
	int err;

	if (cpus_empty(&c->opts->cores)) {
		free(inherited);
		note("which CPUs are turbo cores is not known here (--cores LIST tells): nothing is pinned off them");
		return 0;
	}
	err = vcpu ? narrow(c, vcpu, "vcpu") : 0;
	if (!err && emulator)
		err = narrow(c, emulator, "cputune/emulatorpin");
	if (!err)
		err = narrow_numbered(c, cputune, "vcpupin", "vcpu");
	if (!err)
		err = narrow_numbered(c, cputune, "iothreadpin", "iothread");
	/* What is not pinned has the vCPUs' CPUs. */
	if (err || inherited) {
		free(inherited);
		return err;
	}
	set = c->opts->host;
	cpus_andnot(&set, &c->opts->cores);
	elsewhere = cpus_list(&set);
	if (!emulator) {
		pin = xprintf("<emulatorpin cpuset='%s'/>", elsewhere);
		xml_turbo_tune(c, pin, "cputune/emulatorpin");
		free(pin);
	}
	err = pin_iothreads(c, cputune, elsewhere);
	free(elsewhere);
	return err;
}
