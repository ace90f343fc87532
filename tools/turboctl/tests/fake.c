// SPDX-License-Identifier: GPL-2.0
/*
 * A machine of our own making: its files
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake.h"
#include "fs.h"
#include "sys.h"

#define CGROUP		"/sys/fs/cgroup"
#define OURS		CGROUP "/sched_turbo"
#define WQ		"/sys/devices/virtual/workqueue"

struct fake fake;
char *fake_out;
char *fake_err;

static char *full(const char *path)
{
	return xprintf("%s%s", fake.root, path);
}

void fake_put(const char *path, const char *text)
{
	char *p = full(path), *slash = p;
	FILE *f;

	while ((slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		mkdir(p, 0755);
		*slash = '/';
	}
	f = fopen(p, "w");
	assert_non_null(f);
	fprintf(f, "%s\n", text);
	fclose(f);
	free(p);
}

char *fake_get(const char *path)
{
	char *text;

	if (fs_read(path, &text))
		return xstrdup("(no such file)");
	return text;
}

void fake_remove(const char *path)
{
	char *p = full(path);

	unlink(p);
	free(p);
}

void fake_refuse(const char *path, int refusal)
{
	for (int i = 0; i < FAKE_MAX; i++) {
		if (!fake.refused[i]) {
			fake.refused[i] = path;
			break;
		}
	}
	fake.refusal = refusal;
}

void fake_irq(int irq, const char *actions, const char *affinity)
{
	char path[128], text[32];

	snprintf(path, sizeof(path), "/proc/irq/%d/smp_affinity_list", irq);
	fake_put(path, affinity);
	snprintf(path, sizeof(path), "/proc/irq/%d/effective_affinity_list",
		 irq);
	fake_put(path, affinity);
	snprintf(path, sizeof(path), "/sys/kernel/irq/%d/actions", irq);
	fake_put(path, actions);
	snprintf(path, sizeof(path), "/sys/kernel/irq/%d/chip_name", irq);
	fake_put(path, "PCI-MSI");
	snprintf(path, sizeof(path), "/sys/kernel/irq/%d/hwirq", irq);
	snprintf(text, sizeof(text), "%d", irq + 1000);
	fake_put(path, text);
}

void fake_thread(int pid, int tid, const char *comm, const char *affinity)
{
	struct fake_thread *thread = &fake.threads[fake.nr_threads++];
	static const char * const forms[] = {
		"/proc/%d/task/%d", "/proc/%2$d",
	};
	char dir[64], path[128], stat[256];

	thread->tid = tid;
	assert_int_equal(cpus_parse_list(affinity, &thread->affinity), 0);
	thread->user = thread->affinity;
	/* A name with parentheses and blanks in it must not matter. */
	snprintf(stat, sizeof(stat),
		 "%d (%s) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 %d 0 0",
		 tid, comm, tid * 100);
	for (int i = 0; i < 2; i++) {
		snprintf(dir, sizeof(dir), forms[i], pid, tid);
		snprintf(path, sizeof(path), "%s/comm", dir);
		fake_put(path, comm);
		snprintf(path, sizeof(path), "%s/stat", dir);
		fake_put(path, stat);
		snprintf(path, sizeof(path), "%s/cgroup", dir);
		fake_put(path, "0::/machine.slice");
	}
}

struct fake_thread *fake_find_thread(int tid)
{
	for (unsigned int i = 0; i < fake.nr_threads; i++)
		if (fake.threads[i].tid == tid)
			return &fake.threads[i];
	return NULL;
}

static void partition_cpus(struct cpus *set)
{
	char *state = fake_get(OURS "/cpuset.cpus.partition");

	cpus_clear(set);
	if (!strcmp(state, "isolated"))
		fs_read_cpulist(OURS "/cpuset.cpus", set);
	free(state);
}

/* What the kernel does when a cpuset changes. */
static void cpusets_changed(void)
{
	struct cpus set, left, isolated, online;
	char *text;

	if (fake.attached_meanwhile) {
		fake_attach(fake.attached_meanwhile, 1, "late");
		fake.attached_meanwhile = 0;
	}
	partition_cpus(&isolated);
	fs_read_cpulist("/sys/devices/system/cpu/online", &online);
	left = online;
	cpus_andnot(&left, &isolated);
	text = cpus_list(&left);
	fake_put(CGROUP "/cpuset.cpus.effective", text);
	free(text);
	for (unsigned int i = 0; i < fake.nr_threads; i++) {
		struct fake_thread *thread = &fake.threads[i];

		set = fake.kernel_forgets_affinity ? left : thread->user;
		cpus_and(&set, &left);
		thread->affinity = cpus_empty(&set) ? left : set;
	}
	if (!fake.kernel_does_workqueues)
		return;
	text = fake_get(WQ "/cpumask_requested");
	assert_int_equal(cpus_parse_mask(text, &set), 0);
	free(text);
	cpus_andnot(&set, &isolated);
	text = cpus_mask(&set);
	fake_put(WQ "/cpumask", text);
	free(text);
}

static void controller(bool on)
{
	fake_put(CGROUP "/cgroup.subtree_control",
		 on ? "cpuset memory" : "memory");
	if (on) {
		fake_put(CGROUP "/machine.slice/cpuset.cpus", "");
		fake_put(CGROUP "/machine.slice/cpuset.mems", "");
	} else {
		fake_remove(CGROUP "/machine.slice/cpuset.cpus");
		fake_remove(CGROUP "/machine.slice/cpuset.mems");
	}
	cpusets_changed();
}

int __wrap_fs_write(const char *path, const char *text)
{
	bool is_cpus = !strcmp(path, OURS "/cpuset.cpus");
	bool is_partition = !strcmp(path, OURS "/cpuset.cpus.partition");
	int err;

	for (int i = 0; i < FAKE_MAX && fake.refused[i]; i++)
		if (!strcmp(fake.refused[i], path))
			return -fake.refusal;
	if (!strcmp(path, CGROUP "/cgroup.subtree_control")) {
		controller(*text == '+');
		return 0;
	}
	if (is_partition && !strcmp(text, "isolated") &&
	    fake.partition_becomes)
		text = fake.partition_becomes;
	err = __real_fs_write(path, text);
	if (err)
		return err;
	if (is_cpus || is_partition)
		cpusets_changed();
	if (!strcmp(path, WQ "/cpumask") && fake.kernel_does_workqueues)
		fake_put(WQ "/cpumask_requested", text);
	return 0;
}

static const char * const ours_files[] = {
	"cpuset.cpus", "cpuset.cpus.partition", "cgroup.subtree_control",
	"cpuset.mems",
};

int __wrap_fs_mkdir(const char *path)
{
	char *file;
	int err = __real_fs_mkdir(path);

	if (err || strcmp(path, OURS))
		return err;
	for (int i = 0; i < 4; i++) {
		file = xprintf("%s/%s", OURS, ours_files[i]);
		fake_put(file, i == 1 ? "member" : "");
		free(file);
	}
	return 0;
}

int __wrap_fs_rmdir(const char *path)
{
	int err;

	for (int i = 0; i < FAKE_MAX && fake.refused[i]; i++)
		if (!strcmp(fake.refused[i], path))
			return -fake.refusal;
	for (int i = 0; i < 4; i++) {
		char *file = xprintf("%s/%s", path, ours_files[i]);

		fake_remove(file);
		free(file);
	}
	err = __real_fs_rmdir(path);
	cpusets_changed();
	return err;
}

static FILE *snapshot;

static int snapshot_one(const char *path, const struct stat *st, int type,
			struct FTW *ftw)
{
	const char *inside = path + strlen(fake.root);
	char *text;

	(void)st;
	(void)ftw;
	if (!strncmp(inside, "/run", 4))
		return 0;
	text = type == FTW_F ? fake_get(inside) : xstrdup("");
	fprintf(snapshot, "%s: %s\n", inside, text);
	free(text);
	return 0;
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char **)a, *(char **)b);
}

char *fake_snapshot(void)
{
	char *text, *line, *save, *lines[1024], *sorted = NULL;
	size_t size, nr = 0;

	snapshot = open_memstream(&text, &size);
	nftw(fake.root, snapshot_one, 16, FTW_PHYS);
	for (unsigned int i = 0; i < fake.nr_threads; i++) {
		line = cpus_list(&fake.threads[i].affinity);
		fprintf(snapshot, "thread %d: %s\n", fake.threads[i].tid, line);
		free(line);
	}
	fclose(snapshot);
	for (line = strtok_r(text, "\n", &save); line && nr < 1024;
	     line = strtok_r(NULL, "\n", &save))
		lines[nr++] = line;
	qsort(lines, nr, sizeof(lines[0]), compare_lines);
	snapshot = open_memstream(&sorted, &size);
	for (size_t i = 0; i < nr; i++)
		fprintf(snapshot, "%s\n", lines[i]);
	fclose(snapshot);
	free(text);
	return sorted;
}

static char *read_back(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *text = xalloc(NULL, size + 1, 1);

	assert_int_equal(pread(fd, text, size, 0), size);
	text[size] = '\0';
	close(fd);
	return text;
}

int call_turboctl(const char *line)
{
	char *copy = xstrdup(line), *argv[32] = { "turboctl" }, *save;
	int argc = 1, out, err, old_out, old_err, ret;

	for (char *w = strtok_r(copy, " ", &save); w;
	     w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	fflush(stdout);
	fflush(stderr);
	out = memfd_create("out", MFD_CLOEXEC);
	err = memfd_create("err", MFD_CLOEXEC);
	old_out = dup(1);
	old_err = dup(2);
	dup2(out, 1);
	dup2(err, 2);
	ret = turboctl_main(argc, argv);
	fflush(stdout);
	fflush(stderr);
	dup2(old_out, 1);
	dup2(old_err, 2);
	close(old_out);
	close(old_err);
	free(fake_out);
	free(fake_err);
	fake_out = read_back(out);
	fake_err = read_back(err);
	free(copy);
	return ret;
}

void core_ok(const char *command)
{
	int ret = call_turboctl(command);

	if (ret)
		fail_msg("'%s' failed: %s", command, fake_err);
}

/* Says where they differ, as they are long; frees @before. */
void assert_snapshot(char *before)
{
	char *after = fake_snapshot(), *b = before, *a = after;
	char *b_line, *a_line;

	if (strcmp(before, after)) {
		do {
			b_line = strsep(&b, "\n");
			a_line = strsep(&a, "\n");
		} while (b_line && a_line && !strcmp(b_line, a_line));
		fail_msg("before '%s', after '%s'", b_line, a_line);
	}
	free(before);
	free(after);
}

void assert_same(char *before)
{
	assert_snapshot(before);
	assert_false(fs_exists(FAKE_STATE));
}

int fake_setup(void **state)
{
	(void)state;
	memset(&fake, 0, sizeof(fake));
	snprintf(fake.root, sizeof(fake.root), "/tmp/turboctl-test-XXXXXX");
	assert_non_null(mkdtemp(fake.root));
	setenv("TURBOCTL_ROOT", fake.root, 1);
	unsetenv("TURBOCTL_STATE_DIR");
	fake.version = (struct sched_turbo_version) {
		.abi_major = SCHED_TURBO_ABI_MAJOR,
		.abi_minor = SCHED_TURBO_ABI_MINOR,
		.features = SCHED_TURBO_FEAT_CUSTOM_SLICE,
		.release = "1.2.3",
	};

	fake_put("/run/mounted", "");
	fake_put("/sys/devices/system/cpu/online", "0-3");
	fake_put("/sys/devices/system/cpu/isolated", "");
	fake_put("/proc/irq/default_smp_affinity", "f");
	fake_irq(0, "timer", "0");
	fake_irq(24, "virtio0-config", "0-3");
	fake_irq(25, "virtio0-input.0", "2-3");
	fake_irq(26, "virtio0-output.0", "3");
	fake_put(WQ "/cpumask", "f");
	fake_put(CGROUP "/cgroup.controllers", "cpuset cpu io memory pids");
	fake_put(CGROUP "/cgroup.subtree_control", "memory");
	fake_put(CGROUP "/cpuset.cpus.effective", "0-3");
	fake_put(CGROUP "/machine.slice/cgroup.procs", "");
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

int fake_teardown(void **state)
{
	(void)state;
	free(fake_out);
	free(fake_err);
	fake_out = NULL;
	fake_err = NULL;
	return nftw(fake.root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
