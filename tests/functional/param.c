// SPDX-License-Identifier: GPL-2.0
/*
 * param.c - the module's parameters
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "abi.h"
#include "host.h"
#include "tap.h"

/* Cores are an own noun: here only which there are, and their slices. */
static void good(const char *params, unsigned long mask, uint64_t slice_ns)
{
	unsigned int cpu;

	is(module_load(params), 0, "\"%s\": load", params);
	for (cpu = 0; cpu < 4; cpu++) {
		struct sched_turbo_core c;
		bool in = core_find(cpu, &c);

		is(in, mask >> cpu & 1, "\"%s\": is cpu %u a turbo core?",
		   params, cpu);
		if (in)
			is(c.slice_ns, slice_ns, "\"%s\": slice of cpu %u",
			   params, cpu);
	}
	is(module_unload(), 0, "\"%s\": unload", params);
}

static void bad(const char *params, int error, const char *named)
{
	int err;

	log_mark();
	err = module_load(params);
	if (error)
		is(err, error, "\"%s\": is refused", params);
	else
		ok(err < 0, "\"%s\": is refused (%s)", params, strerror(-err));
	ok(!module_loaded(), "\"%s\": is not loaded", params);
	ok(log_count("%s", named), "\"%s\": the log names %s", params, named);
	ok(access(SCHED_TURBO_DEVICE, F_OK), "\"%s\": no device", params);
	module_unload();
}

static void offline(void)
{
	if (cpu_set_online(3, false) == -ENOENT) {
		skip("no CPU hotplug", "offline CPU as a turbo core");
		return;
	}
	bad("turbo_cpus=2-3", -ENXIO, "cpu 3");
	cpu_set_online(3, true);
	good("turbo_cpus=2-3", 0xc, 100 * US);
}

/* What a load that is refused has begun must have ended when it returns. */
static void refused_often(void)
{
	int i, refused = 0;

	for (i = 0; i < 30; i++)
		refused += module_load("turbo_cpus=3,2,1,0") == -EBUSY;
	is(refused, 30, "refused thirty times in a row");
	usleep(200 * 1000);
	good("turbo_cpus=3", 0x8, 100 * US);
}

static void readable(void)
{
	char *text;

	module_need("turbo_cpus=2-3 slice_us=250");
	text = file_read("/sys/module/sched_turbo/parameters/turbo_cpus");
	ok(text && !strcmp(text, "2-3\n"), "turbo_cpus can be read");
	free(text);
	text = file_read("/sys/module/sched_turbo/parameters/slice_us");
	ok(text && !strcmp(text, "250\n"), "slice_us can be read");
	free(text);
	is(module_load(""), -EEXIST, "a second one is not loaded");
	ok(core_find(2, NULL), "the first one stays");
	is(module_unload(), 0, "unload");
}

int main(void)
{
	tap_start();
	good("", 0, 0);
	good("turbo_cpus=", 0, 0);
	good("turbo_cpus=3", 0x8, 100 * US);
	good("turbo_cpus=2-3", 0xc, 100 * US);
	good("turbo_cpus=1,3 slice_us=500", 0xa, 500 * US);
	good("turbo_cpus=2 slice_us=100", 0x4, 100 * US);
	good("turbo_cpus=2 slice_us=10000", 0x4, 10 * MS);
	good("turbo_cpus=0-2", 0x7, 100 * US);
	good("turbo_cpus=3 task_work=export", 0x8, 100 * US);
	good("turbo_cpus=3 task_work=probe", 0x8, 100 * US);
	good("turbo_cpus=3 task_work=none", 0x8, 100 * US);

	bad("turbo_cpus=two", -EINVAL, "turbo_cpus=two");
	bad("turbo_cpus=3-2", -EINVAL, "turbo_cpus=3-2");
	bad("turbo_cpus=2,zz", -EINVAL, "turbo_cpus=2,zz");
	bad("turbo_cpus=2,99", 0, "99");
	bad("turbo_cpus=2-100000", 0, "2-100000");
	bad("turbo_cpus=0-3", -EBUSY, "cpu 3");
	bad("turbo_cpus=2 slice_us=99", -ERANGE, "slice_us=99 ");
	bad("turbo_cpus=2 slice_us=10001", -ERANGE, "slice_us=10001 ");
	bad("turbo_cpus=2 slice_us=0", -ERANGE, "slice_us=0 ");
	bad("slice_us=5", -ERANGE, "slice_us=5 ");
	bad("task_work=some", -EINVAL, "task_work=some");
	bad("task_work=", -EINVAL, "task_work= ");
	offline();
	refused_often();
	readable();
	return tap_end();
}
