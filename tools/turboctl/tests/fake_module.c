// SPDX-License-Identifier: GPL-2.0
/*
 * A machine of our own making: its module
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "fake.h"
#include "fs.h"
#include "sys.h"

int sys_open_device(void)
{
	return fake.open_error ? -fake.open_error : open("/dev/null", O_RDWR);
}

/* As the header has it: "nr" out is what there is, not what was written. */
static int list(struct sched_turbo_list *arg, const void *entries,
		size_t entry_size, unsigned int nr)
{
	unsigned int room = arg->nr;

	if (arg->size != sizeof(*arg) || arg->flags ||
	    arg->entry_size != entry_size)
		return -EINVAL;
	arg->nr = nr;
	memcpy((void *)(uintptr_t)arg->addr, entries,
	       (nr < room ? nr : room) * entry_size);
	return 0;
}

static struct sched_turbo_core *find_core(unsigned int cpu)
{
	for (unsigned int i = 0; i < fake.nr_cores; i++)
		if (fake.cores[i].cpu == cpu)
			return &fake.cores[i];
	return NULL;
}

static struct sched_turbo_thread *find_attached(int tid)
{
	for (unsigned int i = 0; i < fake.nr_attached; i++)
		if (fake.attached[i].tid == tid)
			return &fake.attached[i];
	return NULL;
}

void fake_add_core(unsigned int cpu, unsigned int flags)
{
	fake.cores[fake.nr_cores++] = (struct sched_turbo_core) {
		.cpu = cpu,
		.flags = SCHED_TURBO_CORE_ONLINE | flags,
		.slice_ns = SCHED_TURBO_SLICE_DEFAULT_NS,
	};
}

void fake_attach(int tid, int vm, const char *comm)
{
	struct sched_turbo_thread *thread = &fake.attached[fake.nr_attached++];

	memset(thread, 0, sizeof(*thread));
	thread->tid = tid;
	thread->vm = vm;
	thread->slice_ns = SCHED_TURBO_SLICE_DEFAULT_NS;
	memcpy(thread->comm, comm, strnlen(comm, sizeof(thread->comm) - 1));
}

static int core_op(unsigned int nr, const struct sched_turbo_core_op *arg)
{
	struct sched_turbo_core *core = find_core(arg->cpu);

	if (arg->size != sizeof(*arg) || arg->flags || arg->pad)
		return -EINVAL;
	if (nr == 3) {
		if (core)
			return -EEXIST;
		if (fake.no_core && fake.no_core == arg->cpu)
			return -ENOMEM;
		fake_add_core(arg->cpu, SCHED_TURBO_CORE_ISOLATED);
		if (arg->slice_ns)
			find_core(arg->cpu)->slice_ns = arg->slice_ns;
		return 0;
	}
	if (!core)
		return -ENOENT;
	if (nr == 4)
		*core = fake.cores[--fake.nr_cores];
	else
		core->slice_ns = arg->slice_ns;
	return 0;
}

static int attach(const struct sched_turbo_attach *arg)
{
	if (arg->size != sizeof(*arg) || arg->flags || arg->pad)
		return -EINVAL;
	if (find_attached(arg->tid))
		return -EALREADY;
	if (!fake.nr_cores)
		return -ENODEV;
	fake_attach(arg->tid, arg->tid, "attached");
	if (fake.attached_tid)
		*fake.attached_tid = arg->tid;
	if (arg->slice_ns) {
		find_attached(arg->tid)->slice_ns = arg->slice_ns;
		find_attached(arg->tid)->flags |= SCHED_TURBO_THREAD_OWN_SLICE;
	}
	return 0;
}

static int detach(struct sched_turbo_detach *arg)
{
	struct sched_turbo_thread *thread = find_attached(arg->tid);

	if (arg->size != sizeof(*arg) || arg->flags)
		return -EINVAL;
	if (!thread)
		return -ENOENT;
	*thread = fake.attached[--fake.nr_attached];
	arg->changed = fake.changed;
	return 0;
}

static int vm_op(unsigned int nr, const struct sched_turbo_vm_op *op)
{
	struct sched_turbo_vm *vm = NULL;

	assert_int_equal(op->size, sizeof(*op));
	for (unsigned int i = 0; i < fake.nr_vms; i++)
		if (fake.vms[i].pid == op->pid)
			vm = &fake.vms[i];
	if (nr == 8) {
		if (vm)
			return -EALREADY;
		vm = &fake.vms[fake.nr_vms++];
		memset(vm, 0, sizeof(*vm));
		vm->pid = op->pid;
		vm->weight = SCHED_TURBO_WEIGHT_DEFAULT;
		vm->floor_permille = SCHED_TURBO_FLOOR_DEFAULT;
	}
	if (!vm)
		return -ENOENT;
	if (nr == 9)
		*vm = fake.vms[--fake.nr_vms];
	if (op->flags & SCHED_TURBO_VM_SET_WEIGHT)
		vm->weight = op->weight;
	if (op->flags & SCHED_TURBO_VM_SET_FLOOR)
		vm->floor_permille = op->floor_permille;
	return 0;
}

static int period(struct sched_turbo_period *arg)
{
	if (arg->period_ns)
		fake.period_ns = arg->period_ns;
	arg->period_ns = fake.period_ns;
	return 0;
}

int sys_ioctl(int fd, unsigned long request, void *arg)
{
	unsigned int nr = _IOC_NR(request), size;
	int err;

	(void)fd;
	assert_int_equal(_IOC_TYPE(request), SCHED_TURBO_IOC_MAGIC);
	assert_true(nr < 13);
	if (nr >= 8 && fake.no_budgets)
		return -ENOTTY;
	err = fake.fail[nr];
	if (err) {
		fake.fail[nr] = 0;
		return -err;
	}
	switch (nr) {
	case 0:
		size = ((struct sched_turbo_version *)arg)->size;
		assert_int_equal(size, sizeof(struct sched_turbo_version));
		memcpy(arg, &fake.version, size);
		((struct sched_turbo_version *)arg)->size = size;
		return 0;
	case 1:
		return attach(arg);
	case 2:
		return detach(arg);
	case 6:
		return list(arg, fake.cores, sizeof(fake.cores[0]),
			    fake.nr_cores);
	case 7:
		return list(arg, fake.attached, sizeof(fake.attached[0]),
			    fake.nr_attached);
	case 8:
	case 9:
	case 10:
		return vm_op(nr, arg);
	case 11:
		return period(arg);
	case 12:
		return list(arg, fake.vms, sizeof(fake.vms[0]), fake.nr_vms);
	default:
		return core_op(nr, arg);
	}
}

int sys_getaffinity(pid_t tid, struct cpus *set)
{
	struct fake_thread *thread = fake_find_thread(tid);

	if (!thread)
		return -ESRCH;
	*set = thread->affinity;
	return 0;
}

int sys_setaffinity(pid_t tid, const struct cpus *set)
{
	struct fake_thread *thread = fake_find_thread(tid);
	struct cpus left = *set, cpuset;

	if (!thread)
		return -ESRCH;
	fs_read_cpulist("/sys/fs/cgroup/cpuset.cpus.effective", &cpuset);
	cpus_and(&left, &cpuset);
	if (cpus_empty(&left))
		return -EINVAL;
	thread->user = *set;
	thread->affinity = left;
	fake.nr_setaffinity++;
	return 0;
}
