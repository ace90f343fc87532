// SPDX-License-Identifier: GPL-2.0
/*
 * The vCPU threads of a QEMU process, by the names QEMU gives them
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "msg.h"
#include "units.h"
#include "vcpu.h"

struct vcpu {
	unsigned int nr;
	pid_t tid;
};

struct vcpu_list {
	struct vcpu *vcpu;
	size_t nr;
};

static void add_thread(struct vcpu_list *list, unsigned int pid,
		       const char *tid)
{
	char *path = xprintf("/proc/%u/task/%s/comm", pid, tid);
	unsigned int nr;
	char *comm;

	if (!fs_read(path, &comm)) {
		if (!parse_vcpu_name(comm, &nr)) {
			list->vcpu = xalloc(list->vcpu, list->nr + 1,
					    sizeof(list->vcpu[0]));
			list->vcpu[list->nr++] = (struct vcpu) {
				.nr = nr,
				.tid = atoi(tid),
			};
		}
		free(comm);
	}
	free(path);
}

static int find(unsigned int pid, struct vcpu_list *list)
{
	char *path = xprintf("/proc/%u/task", pid);
	DIR *dir = fs_opendir(path);
	struct dirent *entry;

	free(path);
	if (!dir) {
		complain("process %u: no such process (pgrep -a qemu lists QEMU's)",
			 pid);
		return -ESRCH;
	}
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			add_thread(list, pid, entry->d_name);
	closedir(dir);
	if (list->nr)
		return 0;
	complain("process %u: none of its threads is named as a vCPU (add -name guest=NAME,debug-threads=on to QEMU's command line, or use its monitor: turboctl attach --qmp SOCKET, or name the threads: turboctl attach --tid TID...)",
		 pid);
	return -ENOENT;
}

static int pick(unsigned int pid, const struct vcpu_list *list, unsigned int nr,
		struct tids *tids)
{
	struct cpus there = {};
	char *text;
	pid_t tid = 0;

	for (size_t i = 0; i < list->nr; i++) {
		if (list->vcpu[i].nr < CPUS_MAX)
			cpus_add(&there, list->vcpu[i].nr);
		if (list->vcpu[i].nr != nr)
			continue;
		/* Only QEMU is known to name its threads so. */
		if (tid) {
			complain("process %u: threads %d and %d are both named vCPU %u (turboctl attach --tid TID takes the one you mean)",
				 pid, tid, list->vcpu[i].tid, nr);
			return -EEXIST;
		}
		tid = list->vcpu[i].tid;
	}
	if (tid) {
		tids_add(tids, tid);
		return 0;
	}
	text = cpus_list(&there);
	complain("process %u: there is no vCPU %u, only %s", pid, nr, text);
	free(text);
	return -ENOENT;
}

int vcpu_threads(unsigned int pid, const struct cpus *vcpus, struct tids *tids)
{
	struct vcpu_list list = {};
	unsigned int nr;
	int err;

	err = find(pid, &list);
	for_each_cpu(nr, vcpus) {
		if (!err)
			err = pick(pid, &list, nr, tids);
	}
	free(list.vcpu);
	return err;
}
