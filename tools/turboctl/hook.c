// SPDX-License-Identifier: GPL-2.0
/*
 * Turboctl hook: what libvirt tells of a domain
 *
 * libvirt waits for it with the domain locked, so nothing here asks libvirt
 * anything: the domain comes on standard input, QEMU's process id is in
 * libvirt's file, and its threads are in /proc.
 *
 * What libvirt does not tell needs nothing done: threads that end (stop, crash,
 * save, migration to elsewhere) leave SCHED_TURBO, and through suspend, resume,
 * reboot and hot-plug of other vCPUs those of boot stay what they are.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "conf.h"
#include "dev.h"
#include "domain.h"
#include "fs.h"
#include "hook.h"
#include "input.h"
#include "msg.h"
#include "tids.h"
#include "units.h"
#include "vcpu.h"

#define LIBVIRT_RUN	"/run/libvirt/qemu"
/* Far more than it takes: whoever calls waits for it, and others for them. */
#define TIME_LIMIT_S	5

static void help(void)
{
	puts("usage: turboctl hook DOMAIN OPERATION SUB-OPERATION EXTRA\n"
	     "       turboctl hook --all\n"
	     "\n"
	     "The first is for libvirt to call, as its hook \"qemu\", with the domain on\n"
	     "standard input.  The second does the same for all domains that run.");
}

/* Ours, of whatever version; NULL for a domain that says nothing. */
static xmlNode *any_metadata(const struct xml_text *x)
{
	xmlNode *root = domain_root(x), *node;

	node = root ? xml_child(root, "metadata", NULL) : NULL;
	for (node = node ? xmlFirstElementChild(node) : NULL; node;
	     node = xmlNextElementSibling(node))
		if (node->ns && !strncmp((const char *)node->ns->href,
					 DOMAIN_NS_ANY, strlen(DOMAIN_NS_ANY)))
			return node;
	return NULL;
}

/* -ENOENT, without a word, for a domain that says nothing of SCHED_TURBO. */
static int read_domain(struct xml_text *x, const char *shown, char *text,
		       struct domain *d)
{
	xmlNode *node;
	int err;

	if (!strstr(text, DOMAIN_NS_ANY)) {
		memset(x, 0, sizeof(*x));
		free(text);
		return -ENOENT;
	}
	err = xml_parse(x, shown, text);
	if (err)
		return err;
	node = any_metadata(x);
	if (!node)
		return -ENOENT;
	err = domain_read(x, d);
	if (!err && !d->node)
		err = xml_refuse(x, node, "<%s> in namespace '%s' is nothing that this turboctl knows, but <domain> in '" DOMAIN_NS "'",
				 node->name, node->ns->href);
	return err;
}

/* The file may be of a process that has gone, whose id is used again. */
static bool is_qemu_of(unsigned int pid, const char *uuid)
{
	char *path = xprintf("/proc/%u/cmdline", pid), *file = fs_path(path);
	FILE *in = fopen(file, "re");
	char *word = NULL;
	bool found = false;
	size_t size = 0;

	while (in && !found && getdelim(&word, &size, 0, in) > 0)
		found = !strcmp(word, uuid);
	if (in)
		fclose(in);
	free(word);
	free(file);
	free(path);
	return found;
}

static int find_qemu(const struct xml_text *x, const char *name,
		     unsigned int *pid)
{
	xmlNode *node = xml_child(domain_root(x), "uuid", NULL);
	char *path = xprintf(LIBVIRT_RUN "/%s.pid", name), *text, *uuid;
	int err;

	err = fs_read(path, &text);
	if (err) {
		complain("domain %s: %s: %s", name, path, strerror(-err));
		free(path);
		return err;
	}
	uuid = node ? xml_content(node) : NULL;
	if (parse_number(text, INT32_MAX, pid) || !*pid || !uuid ||
	    !is_qemu_of(*pid, uuid)) {
		complain("domain %s: process '%s' in %s is not its QEMU", name,
			 printable(text), path);
		err = -ESRCH;
	}
	free(uuid);
	free(text);
	free(path);
	return err;
}

static const struct sched_turbo_thread *
find_thread(const struct sched_turbo_thread *list, unsigned int nr, pid_t tid)
{
	for (unsigned int i = 0; i < nr; i++)
		if (list[i].tid == tid)
			return &list[i];
	return NULL;
}

static bool has_slice(const struct sched_turbo_thread *thread, uint64_t slice_ns)
{
	bool own = thread->flags & SCHED_TURBO_THREAD_OWN_SLICE;

	return own == !!slice_ns && (!own || thread->slice_ns == slice_ns);
}

/* One that has ended meanwhile may have left its id to somebody else's. */
static int check_owner(pid_t tid, unsigned int pid)
{
	char *path = xprintf("/proc/%u/task/%d", pid, tid);
	bool ours = fs_exists(path);

	free(path);
	if (ours)
		return 0;
	complain("process %u: thread %d has ended", pid, tid);
	return -ESRCH;
}

/* All of them or none of those that were not.  Attached ones may be. */
static int attach(int fd, unsigned int pid, const struct tids *tids,
		  uint64_t slice_ns)
{
	struct sched_turbo_thread *list;
	const struct sched_turbo_thread *old;
	struct tids added = {};
	unsigned int nr;
	uint32_t changed;
	int err;

	err = dev_threads(fd, &list, &nr);
	for (size_t i = 0; !err && i < tids->nr; i++) {
		old = find_thread(list, nr, tids->tid[i]);
		if (old && has_slice(old, slice_ns))
			continue;
		if (old)
			dev_detach(fd, tids->tid[i], &changed);
		err = dev_attach(fd, tids->tid[i], slice_ns);
		if (err) {
			dev_refused_attach(tids->tid[i], slice_ns, err);
			break;
		}
		tids_add(&added, tids->tid[i]);
		err = check_owner(tids->tid[i], pid);
	}
	for (size_t i = 0; err && i < added.nr; i++)
		dev_detach(fd, added.tid[i], &changed);
	tids_free(&added);
	free(list);
	return err;
}

static int set_weight(int fd, pid_t pid, unsigned int weight)
{
	struct sched_turbo_vm_op op = {
		.size = sizeof(op),
		.pid = pid,
		.flags = SCHED_TURBO_VM_SET_WEIGHT,
		.weight = weight,
	};
	int err = weight ? dev_vm(fd, SCHED_TURBO_IOC_VM_SET, &op) : 0;

	if (err)
		dev_refused_vm(pid, err);
	return err;
}

/* As it is to be, whatever it is now. */
static int put_under_turbo(const struct xml_text *x, const char *name,
			   const struct domain *d)
{
	char *vcpus = cpus_list(&d->turbo), slice[DURATION_LEN] = "its core's";
	struct tids tids = {};
	unsigned int pid;
	int fd = -1, err;

	err = find_qemu(x, name, &pid);
	if (!err) {
		fd = dev_open();
		err = fd < 0 ? fd : vcpu_threads(pid, &d->turbo, &tids);
	}
	if (!err)
		err = attach(fd, pid, &tids, d->slice_ns);
	if (!err) {
		/* From before there were budgets: that is no reason to stop. */
		set_weight(fd, pid, d->weight);
		if (d->slice_ns)
			format_duration(d->slice_ns, slice);
		report("domain %s: vCPU %s (process %u) is under SCHED_TURBO; slice: %s, weight: %u%s",
		       name, vcpus, pid, slice, d->weight ? d->weight :
		       SCHED_TURBO_WEIGHT_DEFAULT, d->weight ? "" : " (default)");
	}
	if (fd >= 0)
		close(fd);
	tids_free(&tids);
	free(vcpus);
	return err;
}

/* What would stop it later: before there is a QEMU. */
static int could_be(void)
{
	struct sched_turbo_core *cores = NULL;
	unsigned int nr = 0;
	int fd, err;

	fd = dev_open();
	if (fd < 0)
		return fd;
	err = dev_cores(fd, &cores, &nr);
	close(fd);
	free(cores);
	if (!err && !nr) {
		complain("there is no turbo core (turboctl core add CPU first)");
		err = -ENODEV;
	}
	return err;
}

static int handle(const char *name, const char *operation, char *text,
		  bool strict)
{
	char *shown = xprintf("domain %s", name);
	struct xml_text x;
	struct domain d;
	int err;

	err = read_domain(&x, shown, text, &d);
	if (err == -ENOENT) {
		err = 0;
	} else if (!strcmp(operation, "start")) {
		if (!strict)
			err = 0;
		else if (!err)
			err = could_be();
		if (err)
			complain("domain %s: it is not started, as %s says strict = yes",
				 name, CONF_FILE);
	} else if (!strcmp(operation, "stopped")) {
		if (!err)
			report("domain %s: stopped; nothing of it is left under SCHED_TURBO",
			       name);
		err = 0;
	} else {
		if (!err)
			err = put_under_turbo(&x, name, &d);
		if (err)
			complain("domain %s: no vCPU of it is under SCHED_TURBO: %s",
				 name, strict ? "it is stopped, as " CONF_FILE " says strict = yes" :
				 "it runs as it would without");
	}
	xml_free(&x);
	free(shown);
	return err;
}

void hook_all(void)
{
	DIR *dir = fs_opendir(LIBVIRT_RUN);
	struct dirent *entry;
	char *path, *full, *name, *text;

	while (dir && (entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);

		if (len < 5 || strcmp(entry->d_name + len - 4, ".xml"))
			continue;
		name = xprintf("%.*s", (int)len - 4, entry->d_name);
		path = xprintf(LIBVIRT_RUN "/%s", entry->d_name);
		full = fs_path(path);
		text = input_read_file(full);
		if (text)
			handle(name, "reconnect", text, false);
		free(full);
		free(path);
		free(name);
	}
	if (dir)
		closedir(dir);
}

static bool is_ours(const char *operation)
{
	static const char * const names[] = {
		"start", "started", "reconnect", "attach", "stopped",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(operation, names[i]))
			return true;
	return false;
}

/* At others, libvirt would kill a domain that runs if the hook failed. */
static bool is_start(const char *operation)
{
	return !strcmp(operation, "start") || !strcmp(operation, "started");
}

static int handle_input(const char *name, const char *operation)
{
	struct conf conf;
	bool strict;
	char *text;

	text = input_read(stdin, "the domain on standard input");
	if (!text)
		return EX_OK;
	/* Most of all: domains that say nothing cost next to nothing. */
	if (!strstr(text, DOMAIN_NS_ANY)) {
		free(text);
		return EX_OK;
	}
	/* A file that can't be read is no reason to stop VMs. */
	strict = !conf_read(&conf) && conf.strict && is_start(operation);
	return handle(name, operation, text, strict) && strict ?
	       EX_REFUSED : EX_OK;
}

int cmd_hook(int argc, char **argv)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	int opt, ret;

	while ((opt = getopt_long(argc, argv, "+h", options, NULL)) != -1) {
		switch (opt) {
		case 'a':
			if (optind < argc)
				return usage_error("hook", "--all is all of them");
			hook_all();
			return EX_OK;
		case 'h':
			help();
			return EX_OK;
		default:
			return usage_error("hook", NULL);
		}
	}
	if (argc - optind < 2 || !*argv[optind] || strchr(argv[optind], '/'))
		return usage_error("hook", "libvirt calls it with a domain's name and an operation");
	if (!is_ours(argv[optind + 1]))
		return EX_OK;
	/*
	 * A log that takes no more messages must not keep libvirt waiting, nor
	 * must whatever else there is.  The hook's script takes it for what it
	 * is.
	 */
	alarm(TIME_LIMIT_S);
	msg_to_syslog();
	ret = handle_input(argv[optind], argv[optind + 1]);
	alarm(0);
	return ret;
}
