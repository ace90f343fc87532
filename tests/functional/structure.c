// SPDX-License-Identifier: GPL-2.0
/*
 * structure.c - arguments of other sizes, of other versions, and of no use
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "abi.h"
#include "host.h"
#include "proc.h"
#include "tap.h"

static long page;

/*
 * Each call with an argument that it accepts as often as one likes, or its
 * answer to that.
 */
static struct call {
	const char *name;
	unsigned long command;
	size_t size;
	int answer;
	union {
		uint32_t size;
		struct sched_turbo_version version;
		struct sched_turbo_attach attach;
		struct sched_turbo_detach detach;
		struct sched_turbo_core_op op;
		struct sched_turbo_list list;
	} arg;
} calls[] = {
	{ "VERSION", SCHED_TURBO_IOC_VERSION,
	  sizeof(struct sched_turbo_version), 0, { 0 } },
	{ "ATTACH", SCHED_TURBO_IOC_ATTACH,
	  sizeof(struct sched_turbo_attach), -ESRCH, { 0 } },
	{ "DETACH", SCHED_TURBO_IOC_DETACH,
	  sizeof(struct sched_turbo_detach), -ESRCH, { 0 } },
	{ "CORE_ADD", SCHED_TURBO_IOC_CORE_ADD,
	  sizeof(struct sched_turbo_core_op), -EEXIST, { .op.cpu = 2 } },
	{ "CORE_DEL", SCHED_TURBO_IOC_CORE_DEL,
	  sizeof(struct sched_turbo_core_op), -ENOENT, { .op.cpu = 99 } },
	{ "CORE_SLICE", SCHED_TURBO_IOC_CORE_SLICE,
	  sizeof(struct sched_turbo_core_op), 0,
	  { .op = { .cpu = 2, .slice_ns = 100 * US } } },
	{ "CORES", SCHED_TURBO_IOC_CORES, sizeof(struct sched_turbo_list), 0,
	  { .list.entry_size = sizeof(struct sched_turbo_core) } },
	{ "THREADS", SCHED_TURBO_IOC_THREADS, sizeof(struct sched_turbo_list),
	  0, { .list.entry_size = sizeof(struct sched_turbo_thread) } },
};

/* The argument of @c in a page-sized buffer of zeroes, claiming @size. */
static char *argument(const struct call *c, uint32_t size)
{
	static char *buffer;

	if (!buffer)
		buffer = mmap(NULL, 4 * page, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	memset(buffer, 0, 4 * page);
	memcpy(buffer, &c->arg, c->size);
	memcpy(buffer, &size, sizeof(size));
	return buffer;
}

static void sizes(const struct call *c)
{
	char *arg;
	size_t i;

	is(abi_ioctl(c->command, argument(c, c->size)), c->answer,
	   "%s: its size", c->name);
	log_mark();
	is(abi_ioctl(c->command, argument(c, c->size - 1)), -EMSGSIZE,
	   "%s: a byte less", c->name);
	ok(log_count("structure size %zu,", c->size - 1), "%s: is logged",
	   c->name);
	is(abi_ioctl(c->command, argument(c, 0)), -EMSGSIZE, "%s: size 0",
	   c->name);
	is(abi_ioctl(c->command, argument(c, 4)), -EMSGSIZE, "%s: size 4",
	   c->name);
	is(abi_ioctl(c->command, argument(c, c->size + 8)), c->answer,
	   "%s: more, but zero", c->name);
	is(abi_ioctl(c->command, argument(c, page)), c->answer,
	   "%s: a page, but zero", c->name);

	arg = argument(c, c->size + 8);
	arg[c->size + 7] = 1;
	log_mark();
	is(abi_ioctl(c->command, arg), -E2BIG, "%s: more, and not zero",
	   c->name);
	ok(log_count("structure size %zu has set", c->size + 8),
	   "%s: is logged", c->name);
	is(abi_ioctl(c->command, argument(c, page + 1)), -E2BIG,
	   "%s: more than a page", c->name);
	is(abi_ioctl(c->command, argument(c, UINT32_MAX)), -E2BIG,
	   "%s: the largest size", c->name);

	/* what the module does not know it does not write either */
	arg = argument(c, c->size + 64);
	abi_ioctl(c->command, arg);
	for (i = c->size; i < c->size + 128 && !arg[i]; i++)
		;
	is(i, c->size + 128, "%s: nothing is written behind", c->name);
}

static void pointers(const struct call *c)
{
	char *arg = argument(c, c->size);
	char *end = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(end + page, page);
	is(abi_ioctl(c->command, NULL), -EFAULT, "%s: NULL", c->name);
	is(abi_ioctl(c->command, (void *)-4096UL), -EFAULT,
	   "%s: an address of the kernel", c->name);
	is(abi_ioctl(c->command, end + page), -EFAULT, "%s: not mapped",
	   c->name);
	memcpy(end + page - 4, arg, 4);
	is(abi_ioctl(c->command, end + page - 4), -EFAULT,
	   "%s: mapped but for all of it", c->name);
	memcpy(end + page - c->size + 1, arg, c->size - 1);
	is(abi_ioctl(c->command, end + page - c->size + 1), -EFAULT,
	   "%s: mapped but for a byte", c->name);
	memcpy(end + page - c->size, arg, c->size);
	is(abi_ioctl(c->command, end + page - c->size), c->answer,
	   "%s: mapped", c->name);
	munmap(end, page);
}

/* An answer that cannot be written. */
static void read_only(const struct call *c)
{
	char *arg = mmap(NULL, page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	memcpy(arg, argument(c, c->size), c->size);
	mprotect(arg, page, PROT_READ);
	is(abi_ioctl(c->command, arg), -EFAULT, "%s: read-only", c->name);
	munmap(arg, page);
}

static void unknown(void)
{
	struct sched_turbo_version v = { .size = sizeof(v) };

	is(abi_ioctl(_IO(SCHED_TURBO_IOC_MAGIC, 99), &v), -ENOTTY,
	   "a call there is not");
	is(abi_ioctl(_IO(SCHED_TURBO_IOC_MAGIC, 255), &v), -ENOTTY,
	   "the last one that could be");
	is(abi_ioctl(_IOWR(0xB8, 0, struct sched_turbo_version), &v), -ENOTTY,
	   "somebody else's");
	is(abi_ioctl(0, &v), -ENOTTY, "number 0");
	is(abi_ioctl(FIONREAD, &v), -ENOTTY, "FIONREAD");
	/* a later version's structure is larger */
	is(abi_ioctl(_IOC(_IOC_READ | _IOC_WRITE, SCHED_TURBO_IOC_MAGIC, 0,
			  100), &v), 0, "VERSION of another size");
}

static void version(void)
{
	struct sched_turbo_version v = { .size = sizeof(v) };

	is(abi_ioctl(SCHED_TURBO_IOC_VERSION, &v), 0, "version");
	is(v.size, sizeof(v), "version: the size stays");
	is(v.abi_major, SCHED_TURBO_ABI_MAJOR, "version: major");
	is(v.abi_minor, SCHED_TURBO_ABI_MINOR, "version: minor");
	is(v.features & ~(SCHED_TURBO_FEAT_CUSTOM_SLICE |
			  SCHED_TURBO_FEAT_LAZY_PREEMPT |
			  SCHED_TURBO_FEAT_BUDGET), 0,
	   "version: features that there are");
	ok(*v.release && memchr(v.release, 0, sizeof(v.release)),
	   "version: release %.32s", v.release);
}

static int list(unsigned long command, void *to, uint32_t entry_size,
		uint32_t *nr)
{
	struct sched_turbo_list l = {
		.size = sizeof(l), .entry_size = entry_size, .nr = *nr,
		.addr = (uintptr_t)to,
	};
	int err = abi_ioctl(command, &l);

	*nr = l.nr;
	return err;
}

/* Is it @value all along? */
static bool all(const void *from, size_t size, char value)
{
	const char *at = from;

	while (size--)
		if (*at++ != value)
			return false;
	return true;
}

/* One of the two lists, in which there are @have entries of @size. */
static void lists(unsigned long command, const char *what, uint32_t size,
		  uint32_t have)
{
	char got[8192], want[8192];
	uint32_t nr = 0, i, good;

	is(list(command, NULL, size, &nr), 0, "%s: counted", what);
	is(nr, have, "%s: so many", what);

	memset(want, 'x', sizeof(want));
	nr = have + 2;
	is(list(command, want, size, &nr), 0, "%s: read", what);
	is(nr, have, "%s: so many are read", what);
	ok(all(want + have * size, size, 'x'), "%s: nothing behind", what);

	memset(got, 'x', sizeof(got));
	nr = have - 1;
	is(list(command, got, size, &nr), 0, "%s: read, one less", what);
	is(nr, have, "%s: there are more", what);
	ok(all(got + (have - 1) * size, size, 'x'), "%s: no more written",
	   what);

	/* an older caller */
	memset(got, 'x', sizeof(got));
	nr = have;
	is(list(command, got, 8, &nr), 0, "%s: read, short entries", what);
	for (i = good = 0; i < have; i++)
		good += !memcmp(got + i * 8, want + i * size, 8);
	is(good, have, "%s: entries are cut off", what);
	ok(all(got + have * 8, 64, 'x'), "%s: nothing behind those", what);

	/* a newer one */
	memset(got, 'x', sizeof(got));
	nr = have;
	is(list(command, got, size + 16, &nr), 0, "%s: read, long entries",
	   what);
	for (i = good = 0; i < have; i++)
		good += !memcmp(got + i * (size + 16), want + i * size, 8) &&
			all(got + i * (size + 16) + size, 16, 0);
	is(good, have, "%s: entries are filled up with zeroes", what);
	ok(all(got + have * (size + 16), 64, 'x'), "%s: nothing behind those",
	   what);

	/* odd, and so that nothing is aligned */
	memset(got, 'x', sizeof(got));
	nr = have;
	is(list(command, got + 1, 7, &nr), 0, "%s: read, odd entries", what);
	ok(!memcmp(got + 1 + 7, want + size, 4) && got[1 + have * 7] == 'x',
	   "%s: entries are cut off there", what);
}

static void list_errors(unsigned long command, const char *what, uint32_t size)
{
	struct sched_turbo_list l = {
		.size = sizeof(l), .entry_size = size, .flags = 2,
	};
	char *end = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint32_t nr;

	munmap(end + page, page);
	log_mark();
	is(abi_ioctl(command, &l), -EINVAL, "%s: flags", what);
	ok(log_count("flags 0x2"), "%s: is logged", what);
	nr = 1;
	is(list(command, end, 0, &nr), -EINVAL, "%s: entries of 0", what);
	ok(log_count("entry size 0"), "%s: is logged", what);
	nr = 1;
	is(list(command, end, UINT32_MAX, &nr), -EINVAL,
	   "%s: entries of the largest size", what);
	ok(log_count("entry size 4294967295"), "%s: is logged", what);
	nr = 1;
	is(list(command, NULL, size, &nr), -EFAULT, "%s: to NULL", what);
	nr = 2;
	is(list(command, end + page - size - 4, size, &nr), -EFAULT,
	   "%s: to the end of the world", what);
	nr = 2;
	is(list(command, (void *)-4096UL, size, &nr), -EFAULT,
	   "%s: to the kernel", what);
	nr = UINT32_MAX;
	is(list(command, end, size, &nr), 0, "%s: room for all there could be",
	   what);
	munmap(end, page);
}

int main(void)
{
	struct proc p;
	size_t i;

	tap_start();
	page = sysconf(_SC_PAGESIZE);
	module_need("turbo_cpus=" TURBO_CPUS);
	for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		sizes(&calls[i]);
		pointers(&calls[i]);
	}
	read_only(&calls[0]);
	read_only(&calls[6]);
	read_only(&calls[7]);
	unknown();
	version();

	p = proc_start(3, TASK_BLOCK);
	for (i = 0; i < 3; i++)
		attach(proc_tid(&p, i), 0);
	lists(SCHED_TURBO_IOC_CORES, "cores",
	      sizeof(struct sched_turbo_core), 2);
	lists(SCHED_TURBO_IOC_THREADS, "threads",
	      sizeof(struct sched_turbo_thread), 3);
	list_errors(SCHED_TURBO_IOC_CORES, "cores",
		    sizeof(struct sched_turbo_core));
	list_errors(SCHED_TURBO_IOC_THREADS, "threads",
		    sizeof(struct sched_turbo_thread));
	proc_end(&p);
	is(module_unload(), 0, "unload");
	return tap_end();
}
