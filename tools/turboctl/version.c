// SPDX-License-Identifier: GPL-2.0
/*
 * Turboctl version: what tool and what module these are
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd.h"
#include "dev.h"
#include "json.h"
#include "msg.h"
#include "sys.h"

static const struct {
	__u32 bit;
	const char *name;
} features[] = {
	{ SCHED_TURBO_FEAT_CUSTOM_SLICE, "custom-slice" },
	{ SCHED_TURBO_FEAT_LAZY_PREEMPT, "lazy-preempt" },
	{ SCHED_TURBO_FEAT_BUDGET, "budget" },
};

#define NR_FEATURES	ARRAY_SIZE(features)

static void help(void)
{
	puts("usage: turboctl version [--json]");
}

static void print_text(const struct sched_turbo_version *v)
{
	__u32 unknown = v->features;
	char *list = NULL;

	for (size_t i = 0; i < NR_FEATURES; i++) {
		if (v->features & features[i].bit)
			xlist(&list, "%s", features[i].name);
		unknown &= ~features[i].bit;
	}
	if (unknown)
		xlist(&list, "unknown (%#x)", unknown);
	printf("module   %s, ABI %u.%u, features: %s\n", v->release,
	       v->abi_major, v->abi_minor, list ? list : "none");
	free(list);
}

static void print_json(const struct sched_turbo_version *v)
{
	struct json_object *obj = json_object_new_object();
	struct json_object *tool = json_object_new_object();
	struct json_object *module = NULL, *list;

	json_add_string(tool, "release", TURBOCTL_VERSION);
	json_add_u64(tool, "abi_major", SCHED_TURBO_ABI_MAJOR);
	json_add_u64(tool, "abi_minor", SCHED_TURBO_ABI_MINOR);
	json_object_object_add(obj, "tool", tool);
	if (v) {
		module = json_object_new_object();
		list = json_object_new_array();
		for (size_t i = 0; i < NR_FEATURES; i++)
			if (v->features & features[i].bit)
				json_object_array_add(list,
					json_object_new_string(features[i].name));
		json_add_string(module, "release", v->release);
		json_add_u64(module, "abi_major", v->abi_major);
		json_add_u64(module, "abi_minor", v->abi_minor);
		json_object_object_add(module, "features", list);
	}
	json_object_object_add(obj, "module", module);
	json_print(obj, true);
}

int cmd_version(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{}
	};
	struct sched_turbo_version v;
	bool json = false;
	int opt, fd, err;

	while ((opt = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (opt) {
		case 'j':
			json = true;
			break;
		case 'h':
			help();
			return EX_OK;
		default:
			return usage_error("version", NULL);
		}
	}
	if (optind < argc)
		return usage_error("version", "what is '%s' for?", argv[optind]);
	if (!json)
		printf("turboctl %s, ABI %u.%u\n", TURBOCTL_VERSION,
		       SCHED_TURBO_ABI_MAJOR, SCHED_TURBO_ABI_MINOR);
	/* Not dev_open(), which takes modules of our ABI only. */
	fd = sys_open_device();
	if (fd < 0) {
		err = fd;
		dev_refused_open(fd == -ENOENT || fd == -ENXIO ? -ENODEV : fd);
	} else {
		err = dev_version(fd, &v);
		close(fd);
	}
	if (!err)
		printable(v.release);
	if (json)
		print_json(err ? NULL : &v);
	else if (!err)
		print_text(&v);
	if (!err && v.abi_major != SCHED_TURBO_ABI_MAJOR) {
		complain("the two do not fit: install the turboctl that came with the module");
		return EX_FAILED;
	}
	return err ? EX_FAILED : EX_OK;
}
