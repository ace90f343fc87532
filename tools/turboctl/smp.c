// SPDX-License-Identifier: GPL-2.0
/*
 * QEMU's command line, with turbo vCPUs
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "msg.h"
#include "smp.h"
#include "topology.h"
#include "units.h"

struct smp {
	unsigned int cpus;
	unsigned int maxcpus;
	unsigned int level[TOPOLOGY_LEVELS];
	bool has_level;
};

static unsigned int *find_key(struct smp *smp, const char *key)
{
	if (!strcmp(key, "cpus"))
		return &smp->cpus;
	if (!strcmp(key, "maxcpus"))
		return &smp->maxcpus;
	for (int i = 0; i < TOPOLOGY_LEVELS; i++) {
		if (strcmp(key, topology_names[i]))
			continue;
		smp->has_level = true;
		return &smp->level[i];
	}
	return NULL;
}

static int parse(const char *text, struct smp *smp)
{
	char *copy = xstrdup(text), *rest = copy, *one, *value;
	bool first = true;
	unsigned int *to;
	int err = 0;

	while (!err && (one = strsep(&rest, ","))) {
		value = strchr(one, '=');
		if (value)
			*value++ = '\0';
		else if (first)
			value = one;
		to = value == one ? &smp->cpus : find_key(smp, one);
		if (!to || !value || *to) {
			complain("-smp %s: '%s' is nothing that turboctl knows, or is there twice",
				 text, one);
			err = -EINVAL;
		} else if (parse_number(value, CPUS_MAX / 2, to) || !*to) {
			complain("-smp %s: '%s' is no number from 1 to %u", text,
				 value, CPUS_MAX / 2);
			err = -EINVAL;
		}
		first = false;
	}
	free(copy);
	return err;
}

/* What is not said follows from the rest, as QEMU has it since 6.2. */
static int complete(const char *text, struct smp *smp)
{
	static const enum topology_level order[] = {
		TOPOLOGY_CORES, TOPOLOGY_SOCKETS, TOPOLOGY_THREADS,
	};
	unsigned int *level = smp->level, max = smp->maxcpus;
	int open = -1;
	uint64_t product = 1;

	if (!max)
		max = smp->cpus;
	for (size_t i = 0; max && i < ARRAY_SIZE(order) && open < 0; i++)
		if (!level[order[i]])
			open = order[i];
	for (int i = 0; i < TOPOLOGY_LEVELS; i++) {
		if (!level[i])
			level[i] = 1;
		product *= level[i];
	}
	if (open >= 0) {
		level[open] = max / product ? max / product : 1;
		product *= level[open];
	}
	if (!max)
		max = product;
	smp->maxcpus = max;
	if (!smp->cpus)
		smp->cpus = max;
	if (product == max && smp->cpus <= max)
		return 0;
	complain("-smp %s: QEMU would not take this: %u vCPUs, at most %u, and room for %llu",
		 text, smp->cpus, max, (unsigned long long)product);
	return -EINVAL;
}

char *smp_grow(const char *text, unsigned int nr, struct cpus *turbo)
{
	enum topology_level grown;
	struct smp smp = {};
	char *out, *more;

	if (parse(text, &smp))
		return NULL;
	if (smp.has_level || !smp.cpus) {
		if (complete(text, &smp))
			return NULL;
	} else if (!smp.maxcpus) {
		smp.maxcpus = smp.cpus;
	}
	if (smp.cpus > smp.maxcpus) {
		complain("-smp %s: more vCPUs than there may be", text);
		return NULL;
	}
	cpus_clear(turbo);
	for (unsigned int i = 0; i < nr; i++)
		cpus_add(turbo, smp.cpus + i);
	if (smp.has_level &&
	    topology_grow(smp.level, smp.maxcpus + nr, &grown)) {
		complain("-smp %s: this topology has no room for %u vCPUs (leave out sockets, cores and threads, or have more)",
			 text, smp.maxcpus + nr);
		return NULL;
	}
	out = xprintf("cpus=%u,maxcpus=%u", smp.cpus + nr, smp.maxcpus + nr);
	for (int i = 0; smp.has_level && i < TOPOLOGY_LEVELS; i++) {
		/* Not every machine has all of them. */
		if (smp.level[i] == 1 && (i == TOPOLOGY_DIES ||
					  i == TOPOLOGY_CLUSTERS))
			continue;
		more = xprintf("%s,%s=%u", out, topology_names[i], smp.level[i]);
		free(out);
		out = more;
	}
	return out;
}

/* All others take a word. */
static bool takes_word(const char *option)
{
	static const char * const alone[] = {
		"S", "alt-grab", "ctrl-grab", "curses", "daemonize",
		"enable-fips", "enable-kvm", "enable-sync-profile",
		"full-screen", "h", "help", "localtime", "mem-prealloc",
		"no-acpi", "no-fd-bootchk", "no-hpet", "no-quit", "no-reboot",
		"no-shutdown", "no-user-config", "nodefaults", "nodefconfig",
		"nographic", "old-param", "only-migratable", "portrait",
		"preconfig", "sdl", "semihosting", "singlestep", "snapshot",
		"usb", "version", "win2k-hack", "xen-attach",
		"xen-domid-restrict",
	};

	for (size_t i = 0; i < ARRAY_SIZE(alone); i++)
		if (!strcmp(option, alone[i]))
			return false;
	return true;
}

struct found {
	int smp;
	bool kvm;
};

static bool has_part(const char *text, const char *part)
{
	char *copy = xstrdup(text), *rest = copy, *one;
	bool found = false;

	while ((one = strsep(&rest, ",")))
		found |= !strcmp(one, part);
	free(copy);
	return found;
}

static int look_at(const char *option, const char *word, int i,
		   struct found *found)
{
	if (!strcmp(option, "smp")) {
		if (found->smp) {
			complain("-smp %s: there are two of them", word);
			return -EINVAL;
		}
		found->smp = i;
	} else if (!strcmp(option, "accel")) {
		found->kvm |= !strncmp(word, "kvm", 3) &&
			      (!word[3] || word[3] == ',');
	} else if (!strcmp(option, "machine") || !strcmp(option, "M")) {
		found->kvm |= has_part(word, "accel=kvm") ||
			      has_part(word, "accel=kvm:tcg");
	} else if (!strcmp(option, "smbios") && strstr(word, "sched_turbo")) {
		complain("-smbios %s: the guest is told of turbo vCPUs already",
			 word);
		return -EINVAL;
	} else if (!strcmp(option, "numa") &&
		   (strstr(word, "cpus=") || !strncmp(word, "cpu,", 4))) {
		complain("-numa %s: turboctl does not know which node the turbo vCPU is to be on (add it yourself, and use turboctl attach --qmp)",
			 word);
		return -EINVAL;
	} else if (!strcmp(option, "readconfig")) {
		complain("-readconfig %s: what is in there may be about vCPUs, too (write it on the command line)",
			 word);
		return -EINVAL;
	}
	return 0;
}

static int look(char **command, struct found *found)
{
	int err = 0;

	memset(found, 0, sizeof(*found));
	for (int i = 1; command[i] && !err; i++) {
		const char *option = command[i];

		if (*option != '-')
			continue;
		option += 1 + (option[1] == '-');
		if (!strcmp(option, "enable-kvm"))
			found->kvm = true;
		if (!strcmp(option, "preconfig")) {
			complain("-preconfig: there are no vCPUs then yet");
			return -EINVAL;
		}
		if (!takes_word(option))
			continue;
		if (!command[++i]) {
			complain("%s: a word is missing behind it",
				 command[i - 1]);
			return -EINVAL;
		}
		err = look_at(option, command[i], i, found);
	}
	if (!err && !found->kvm) {
		complain("%s: only with -accel kvm there are vCPUs for SCHED_TURBO",
			 command[0]);
		err = -EINVAL;
	}
	return err;
}

/* A comma in a value is doubled. */
static char *doubled(const char *text)
{
	char *out = xalloc(NULL, 2 * strlen(text) + 1, 1), *to = out;

	for (; *text; text++) {
		*to++ = *text;
		if (*text == ',')
			*to++ = ',';
	}
	*to = '\0';
	return out;
}

char **qemu_line(char **command, unsigned int nr, const char *socket,
		 struct cpus *turbo)
{
	struct found found;
	char **line, *smp, *list, *value;
	size_t n = 0;

	if (look(command, &found))
		return NULL;
	smp = smp_grow(found.smp ? command[found.smp] : "1", nr, turbo);
	if (!smp)
		return NULL;
	while (command[n])
		n++;
	line = xalloc(NULL, n + 7, sizeof(*line));
	for (size_t i = 0; i < n; i++)
		line[i] = xstrdup(command[i]);
	if (found.smp) {
		free(line[found.smp]);
		line[found.smp] = smp;
	} else {
		line[n++] = xstrdup("-smp");
		line[n++] = smp;
	}
	list = cpus_list(turbo);
	value = doubled(list);
	line[n++] = xstrdup("-smbios");
	line[n++] = xprintf("type=11,value=sched_turbo:1:turbo_vcpus=%s", value);
	free(list);
	free(value);
	value = doubled(socket);
	line[n++] = xstrdup("-qmp");
	line[n++] = xprintf("unix:%s,server=on,wait=off", value);
	free(value);
	line[n] = NULL;
	return line;
}

void qemu_line_free(char **line)
{
	for (size_t i = 0; line && line[i]; i++)
		free(line[i]);
	free(line);
}
