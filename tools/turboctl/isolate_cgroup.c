// SPDX-License-Identifier: GPL-2.0
/*
 * An isolated partition of cgroup v2 for the turbo cores
 *
 * One cgroup for all of them, directly below the root, without a process in it:
 * the load balancer leaves its CPUs alone, and the cpusets of all others lose
 * them.  The threads that run there stay in the cgroups they are in.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "isolate.h"
#include "msg.h"

#define CGROUP_ROOT	"/sys/fs/cgroup"
#define CGROUP		CGROUP_ROOT "/sched_turbo"
#define CONTROLLERS	CGROUP_ROOT "/cgroup.controllers"
#define ROOT_SUBTREE	CGROUP_ROOT "/cgroup.subtree_control"
#define ROOT_ISOLATED	CGROUP_ROOT "/cpuset.cpus.isolated"
#define SUBTREE		CGROUP "/cgroup.subtree_control"
#define CPUS		CGROUP "/cpuset.cpus"
#define PARTITION	CGROUP "/cpuset.cpus.partition"

bool cpu_is_boot_isolated(unsigned int cpu)
{
	struct cpus set;

	return !fs_read_cpulist("/sys/devices/system/cpu/isolated", &set) &&
	       cpus_has(&set, cpu);
}

static int write_cpus(const struct cpus *set)
{
	char *list = cpus_list(set);
	int err;

	err = fs_write(CPUS, list);
	free(list);
	return err;
}

/* What keeps the kernel from isolating the CPUs; NULL if it does. */
static char *partition_fault(void)
{
	char *state, *fault = NULL;
	int err;

	err = fs_read(PARTITION, &state);
	if (err)
		return xprintf("%s: %s", PARTITION, strerror(-err));
	/* "isolated", or "isolated invalid (why)" */
	if (strcmp(state, "isolated"))
		fault = xprintf("the kernel calls the partition '%s'",
				printable(state));
	free(state);
	return fault;
}

/* Whether @cpu is in our partition, and that is in force. */
bool partition_holds(const struct state *st, unsigned int cpu)
{
	struct cpus set;
	char *fault;

	if (!cpus_has(&st->partition, cpu) || fs_read_cpulist(CPUS, &set) ||
	    !cpus_has(&set, cpu))
		return false;
	fault = partition_fault();
	free(fault);
	return !fault;
}

/* Whether another cgroup below the root needs the cpuset controller. */
static char *controller_user(void)
{
	static const char * const files[] = { "cpuset.cpus", "cpuset.mems" };
	DIR *dir = fs_opendir(CGROUP_ROOT);
	struct dirent *entry;
	char *user = NULL;

	while (dir && !user && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.')
			continue;
		for (int i = 0; i < 2 && !user; i++) {
			char *path = xprintf("%s/%s/%s", CGROUP_ROOT,
					     entry->d_name, files[i]);
			char *text;

			if (!fs_read(path, &text)) {
				if (*text)
					user = xstrdup(entry->d_name);
				free(text);
			}
			free(path);
		}
	}
	if (dir)
		closedir(dir);
	return user;
}

static void controller_off(struct state *st)
{
	char *user;
	int err;

	if (!st->has_controller)
		return;
	st->has_controller = false;
	if (!fs_has_word(ROOT_SUBTREE, "cpuset"))
		return;
	user = controller_user();
	if (user) {
		note("the cpuset controller stays on in %s: %s/%s uses it by now",
		     ROOT_SUBTREE, CGROUP_ROOT, printable(user));
		free(user);
		return;
	}
	err = fs_write(ROOT_SUBTREE, "-cpuset");
	if (err)
		note("the cpuset controller stays on in %s: %s (a cgroup further down uses it by now)",
		     ROOT_SUBTREE, strerror(-err));
}

static void cgroup_remove(struct state *st)
{
	char *partition = NULL;
	int err;

	if (st->has_cgroup) {
		st->has_cgroup = false;
		if (!fs_read(PARTITION, &partition) &&
		    strncmp(partition, "isolated", strlen("isolated")) &&
		    strcmp(partition, "member")) {
			note("%s stays: someone else made it a '%s' partition (rmdir it when it is not needed)",
			     CGROUP, printable(partition));
			free(partition);
			return;
		}
		free(partition);
		/* Gives the CPUs back even if the cgroup cannot be removed. */
		fs_write(PARTITION, "member");
		err = fs_rmdir(CGROUP);
		if (err && err != -ENOENT) {
			note("%s stays: %s (move the processes listed in its cgroup.procs elsewhere, then rmdir it)",
			     CGROUP, strerror(-err));
			return;
		}
	}
	controller_off(st);
}

/* On failure nothing has changed, and *@what is what could not be. */
static int cgroup_make(struct state *st, const char **what)
{
	bool turn_on = !fs_has_word(ROOT_SUBTREE, "cpuset");
	int err;

	*what = CGROUP;
	if (!st->has_cgroup && fs_exists(CGROUP))
		return -EEXIST;
	st->has_cgroup = true;
	st->has_controller |= turn_on;
	err = state_save(st);
	if (!err && turn_on) {
		*what = ROOT_SUBTREE;
		err = fs_write(ROOT_SUBTREE, "+cpuset");
	}
	if (!err) {
		*what = CGROUP;
		err = fs_mkdir(CGROUP);
	}
	if (err) {
		st->has_cgroup = false;
		controller_off(st);
		return err;
	}
	/*
	 * With it on one level further down it cannot be turned off at the
	 * root, which systemd does when no unit of its own needs it; the
	 * partition would be gone with it.
	 */
	fs_write(SUBTREE, "+cpuset");
	return 0;
}

/* Says why not, if it does not. */
static bool partition_set(struct state *st, unsigned int cpu)
{
	struct cpus cpus = st->partition;
	char *fault;
	int err;

	cpus_add(&cpus, cpu);
	st->partition = cpus;
	if (state_save(st))
		return false;
	err = write_cpus(&cpus);
	if (err) {
		note("CPU %u is in no partition: %s: %s (it may belong to another cgroup's: see its cpuset.cpus.exclusive)",
		     cpu, CPUS, strerror(-err));
		return false;
	}
	fault = partition_fault();
	if (!fault)
		return true;
	free(fault);
	err = fs_write(PARTITION, "isolated");
	fault = err ? xprintf("%s: %s", PARTITION, strerror(-err)) :
		      partition_fault();
	if (!fault)
		return true;
	note("CPU %u is in no partition: %s (take it out of the cpuset.cpus of the cgroups below %s, for systemd's slices by AllowedCPUs=)",
	     cpu, fault, CGROUP_ROOT);
	free(fault);
	return false;
}

enum isolation partition_add(struct state *st, unsigned int cpu)
{
	const char *what;
	struct cpus set;
	int err;

	if (cpu_is_boot_isolated(cpu))
		return ISOLATION_BOOT;
	if (!fs_read_cpulist(ROOT_ISOLATED, &set) && cpus_has(&set, cpu))
		return ISOLATION_OTHER;
	if (!fs_has_word(CONTROLLERS, "cpuset")) {
		note("CPU %u is in no partition, so the load balancer still puts threads there: %s does not offer cpuset (boot with systemd.unified_cgroup_hierarchy=1, or with isolcpus=%u)",
		     cpu, CONTROLLERS, cpu);
		return ISOLATION_PARTIAL;
	}
	if (!st->has_cgroup || !fs_exists(CGROUP)) {
		err = cgroup_make(st, &what);
		if (err) {
			note("CPU %u is in no partition, so the load balancer still puts threads there: %s: %s%s",
			     cpu, what, strerror(-err), err == -EEXIST ?
			     " (not turboctl's; rmdir it, and try again)" : "");
			return ISOLATION_PARTIAL;
		}
	}
	if (partition_set(st, cpu))
		return ISOLATION_PARTITION;
	cpus_del(&st->partition, cpu);
	if (cpus_empty(&st->partition)) {
		cgroup_remove(st);
	} else {
		write_cpus(&st->partition);
		fs_write(PARTITION, "isolated");
	}
	return ISOLATION_PARTIAL;
}

void partition_del(struct state *st, unsigned int cpu)
{
	struct cpus left = st->partition, now;
	char *is, *was;
	int err;

	if (!cpus_has(&st->partition, cpu))
		return;
	cpus_del(&left, cpu);
	err = fs_read_cpulist(CPUS, &now);
	if (err == -ENOENT) {
		note("%s is gone already", CGROUP);
		st->has_cgroup = false;
	} else if (!err && !cpus_equal(&now, &st->partition) &&
		   !cpus_equal(&now, &left)) {
		is = cpus_list(&now);
		was = cpus_list(&st->partition);
		note("%s is left alone: it has %s now, and had %s when turboctl last wrote it (rmdir %s removes the partition)",
		     CPUS, is, was, CGROUP);
		free(is);
		free(was);
		/* Someone else's from here on, and so is the controller. */
		st->has_cgroup = false;
		st->has_controller = false;
		cpus_clear(&left);
	}
	st->partition = left;
	if (cpus_empty(&left)) {
		cgroup_remove(st);
		return;
	}
	err = write_cpus(&left);
	if (err)
		note("CPU %u stays in the partition: %s: %s", cpu, CPUS,
		     strerror(-err));
}
