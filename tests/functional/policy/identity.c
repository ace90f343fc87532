// SPDX-License-Identifier: GPL-2.0
/*
 * identity.c - requests that are not about SCHED_TURBO are the kernel's
 *
 * Each call of a table is made in a process of its own, as root by both ABIs,
 * and as an unprivileged user with and without a real-time limit.  What it
 * returns, what it writes to user memory and what the process is afterwards is
 * taken down without the module and must be the same, to the bit, with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "child.h"
#include "syscall.h"
#include "tap.h"
#include "tests.h"

#define BUFFER		4200	/* of user memory that is looked at */
#define FILLING		0xa5

/* Where a pointer goes. */
enum place { BUF, NIL, BAD, EDGE };

struct entry {
	unsigned char call;
	unsigned char place;
	bool tail;		/* user memory behind the structure is not 0 */
	long pid;
	long number;		/* policy, or flags, or size */
	struct attr attr;	/* of which a struct sched_param is priority */
};

struct outcome {
	long ret;
	unsigned long memory;	/* hash */
	long policy;
	long priority;
	long attr_ret;
	struct attr attr;
};

struct who {
	const char *name;
	enum abi abi;
	uid_t uid;
	unsigned long rtprio;
};

static const struct who whos[] = {
	{ "root", X64, 0, 0 },
	{ "root, 32-bit", IA32, 0, 0 },
	{ "nobody", X64, NOBODY, 0 },
	{ "nobody with RLIMIT_RTPRIO", X64, NOBODY, 10 },
};

#define NR_WHOS		(sizeof(whos) / sizeof(*whos))
#define MAX_ENTRIES	1200

static struct entry *table;
static int nr_entries;
static struct outcome *before, *now;

/* Process ids: itself by both names, none, one that cannot be, a high word. */
#define SELF	0x7ffffff0L
static const long pids[] = { 0, SELF, -1, 0x3fffffff, 0x100000000L };

static void add(struct entry e)
{
	if (nr_entries == MAX_ENTRIES) {
		fprintf(stderr, "identity: MAX_ENTRIES\n");
		exit(2);
	}
	table[nr_entries++] = e;
}

#define EACH(i, a)	size_t i = 0; i < sizeof(a) / sizeof(*(a)); i++

static void add_setscheduler(void)
{
	static const long policies[] = {
		0, 1, 2, 3, 4, 5, 6, 7, 8, 100, -1, 0x5441, 0x5443, 0x15442,
		RESET_ON_FORK, RESET_ON_FORK | 1, RESET_ON_FORK | 2,
		RESET_ON_FORK | 3, RESET_ON_FORK | 5, RESET_ON_FORK | 99,
		0x20000000, 0x20005442, 0x100000001L, (int)0x80005442,
	};
	static const int priorities[] = { 0, 1, 10, 50, 99, 100, -1 };
	static const unsigned char places[] = { NIL, BAD, EDGE };

	for (EACH(i, policies)) {
		for (EACH(j, priorities))
			add((struct entry){
				.call = SETSCHEDULER, .number = policies[i],
				.attr.priority = priorities[j],
			});
		for (EACH(j, places))
			add((struct entry){
				.call = SETSCHEDULER, .number = policies[i],
				.place = places[j], .attr.priority = 1,
			});
	}
	for (EACH(i, pids))
		for (int policy = 0; policy < 2; policy++)
			add((struct entry){
				.call = SETSCHEDULER, .pid = pids[i],
				.number = policy, .attr.priority = policy,
			});
	for (EACH(i, pids))
		for (EACH(j, priorities))
			add((struct entry){
				.call = SETPARAM, .pid = pids[i],
				.attr.priority = priorities[j],
			});
	for (EACH(i, places))
		add((struct entry){ .call = SETPARAM, .place = places[i] });
}

static void add_setattr(void)
{
	static const long sizes[] = {
		0, 1, 47, 48, 49, 55, 56, 57, 64, 4096, 4097, 0xffffffff,
	};
	static const unsigned int policies[] = {
		0, 1, 2, 3, 5, 6, 7, 8, 0x5441, 0x80005442, -1,
	};
	static const unsigned long flags[] = {
		0, 0x01, 0x02, 0x04, 0x08, 0x10, 0x18, 0x19, 0x20, 0x40, 0x60,
		0x68, 0x78, 0x80, 0x10000000, 1UL << 63,
	};
	static const int nices[] = { -100, -20, -1, 5, 19, 100 };
	/*
	 * As SCHED_DEADLINE, a process has to get through with that in one
	 * period, or the test takes ages.
	 */
	static const unsigned long runtimes[] = {
		1, 30000000, 40000000, 450000000, 1UL << 63,
	};
	static const unsigned char places[] = { NIL, BAD, EDGE };

	for (EACH(i, sizes)) {
		for (int tail = 0; tail < 2; tail++)
			for (int util = 0; util < 0x21; util += 0x20)
				add((struct entry){
					.call = SETATTR, .tail = tail,
					.attr.size = sizes[i],
					.attr.flags = util, .attr.nice = 3,
				});
	}
	for (EACH(i, policies))
		for (EACH(j, flags))
			for (int rt = 0; rt < 2; rt++)
				add((struct entry){
					.call = SETATTR,
					.attr = {
						.size = sizeof(struct attr),
						.policy = policies[i],
						.flags = flags[j],
						.nice = 2,
						.priority = rt,
						.util_min = 100,
						.util_max = 900,
					},
				});
	/* SCHED_TURBO's number where it is no policy */
	for (EACH(j, flags))
		if (flags[j] & FLAG_KEEP_POLICY)
			add((struct entry){
				.call = SETATTR,
				.attr = {
					.size = sizeof(struct attr),
					.policy = SCHED_TURBO,
					.flags = flags[j], .nice = 2,
				},
			});
	for (unsigned int runtime = 50000; runtime < 200000000; runtime *= 4)
		for (unsigned int policy = 0; policy < 4; policy += 3)
			add((struct entry){
				.call = SETATTR,
				.attr = { .size = 56, .policy = policy,
					  .runtime = runtime },
			});
	for (unsigned int policy = 0; policy < 7; policy += 3) {
		for (EACH(i, nices))
			add((struct entry){
				.call = SETATTR,
				.attr = { .size = 56, .policy = policy,
					  .nice = nices[i] },
			});
		for (EACH(i, runtimes))
			add((struct entry){
				.call = SETATTR,
				.attr = { .size = 56, .policy = policy,
					  .runtime = runtimes[i],
					  .deadline = 400000000,
					  .period = 500000000 },
			});
	}
	for (int low_util = 0; low_util <= 1025; low_util += 205)
		add((struct entry){
			.call = SETATTR,
			.attr = { .size = 56, .flags = 0x60,
				  .util_min = low_util, .util_max = 512 },
		});
	for (EACH(i, places))
		add((struct entry){ .call = SETATTR, .place = places[i],
				    .attr.size = 56 });
	for (EACH(i, pids))
		for (int f = 0; f < 2; f++)
			add((struct entry){ .call = SETATTR, .pid = pids[i],
					    .number = f, .attr.size = 56,
					    .attr.nice = 1 });
}

static void add_getters(void)
{
	static const long sizes[] = {
		0, 47, 48, 49, 55, 56, 57, 64, 4096, 4097, -1, 0x100000038L,
	};
	static const unsigned char places[] = { NIL, BAD, EDGE };
	static const long policies[] = {
		0, 1, 2, 3, 4, 5, 6, 7, 8, -1, 0x5441, 0x5443,
		RESET_ON_FORK, 0x100000001L,
	};

	for (EACH(i, pids)) {
		add((struct entry){ .call = GETSCHEDULER, .pid = pids[i] });
		add((struct entry){ .call = GETPARAM, .pid = pids[i] });
		for (EACH(j, sizes))
			for (int flags = 0; flags < 2; flags++)
				add((struct entry){
					.call = GETATTR, .pid = pids[i],
					.number = sizes[j],
					.attr.flags = flags,
				});
	}
	for (EACH(i, places)) {
		add((struct entry){ .call = GETPARAM, .place = places[i] });
		add((struct entry){ .call = GETATTR, .place = places[i],
				    .number = 56 });
	}
	for (EACH(i, policies)) {
		add((struct entry){ .call = PRIORITY_MAX,
				    .number = policies[i] });
		add((struct entry){ .call = PRIORITY_MIN,
				    .number = policies[i] });
	}
}

static unsigned long hash(const unsigned char *p, size_t len)
{
	unsigned long h = 14695981039346656037UL;

	while (len--)
		h = (h ^ *p++) * 1099511628211UL;
	return h;
}

struct job {
	const struct entry *entry;
	const struct who *who;
	struct outcome *out;
};

static int do_job(void *arg)
{
	const struct job *job = arg;
	const struct entry *e = job->entry;
	struct outcome *out = job->out;
	size_t size = e->call == SETATTR ? sizeof(e->attr) : sizeof(int);
	/* the last bytes before memory ends; too few for any structure */
	unsigned char *buf = e->place == EDGE ? low + LOW_SIZE - 2 : low;
	unsigned long pid = e->pid == SELF ? own_tid() : e->pid;
	unsigned long p = e->place == NIL ? 0 :
			  e->place == BAD ? (unsigned long)nowhere :
					    (unsigned long)buf;

	if (job->who->uid)
		become(job->who->uid, job->who->rtprio, 0);

	memset(low, FILLING, LOW_SIZE);
	if (e->place == BUF && e->call == SETATTR) {
		memset(low, 0, 8192);
		memcpy(low, &e->attr, size);
		if (e->tail)
			low[e->attr.size > 56 && e->attr.size <= 4096 ?
			    e->attr.size - 1 : 56] = 1;
	} else if (e->place == BUF) {
		memcpy(low, &e->attr.priority, size);
	}

	switch (e->call) {
	case SETSCHEDULER:
		out->ret = call(job->who->abi, SETSCHEDULER, pid, e->number, p, 0);
		break;
	case SETATTR:
		out->ret = call(job->who->abi, SETATTR, pid, p, e->number, 0);
		break;
	case GETATTR:
		out->ret = call(job->who->abi, GETATTR, pid, p, e->number,
				e->attr.flags);
		break;
	case PRIORITY_MAX:
	case PRIORITY_MIN:
		out->ret = call(job->who->abi, e->call, e->number, 0, 0, 0);
		break;
	default:
		out->ret = call(job->who->abi, e->call, pid, p, 0, 0);
	}
	out->memory = hash(low, BUFFER);
	out->policy = getscheduler(X64, 0);
	out->priority = getparam(X64, 0);
	out->attr_ret = getattr(X64, 0, &out->attr);
	return 0;
}

static void run_table(struct outcome *out)
{
	for (size_t who = 0; who < NR_WHOS; who++) {
		bool works = abi_works(whos[who].abi);

		for (int i = 0; i < nr_entries; i++, out++) {
			struct job job = { &table[i], &whos[who], out };

			memset(out, 0, sizeof(*out));
			if (works && in_child(do_job, &job))
				out->ret = -9999;
		}
	}
}

static size_t nr_outcomes(void)
{
	return NR_WHOS * nr_entries;
}

static void *share(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("mmap");
		exit(2);
	}
	return p;
}

void identity_record(int every)
{
	size_t good = 0, i;
	int kept;

	table = calloc(MAX_ENTRIES, sizeof(*table));
	add_setscheduler();
	add_setattr();
	add_getters();
	for (kept = 0; kept * every < nr_entries; kept++)
		table[kept] = table[kept * every];
	nr_entries = kept;
	before = share(nr_outcomes() * sizeof(*before));
	now = share(nr_outcomes() * sizeof(*now));
	run_table(before);
	for (i = 0; i < nr_outcomes(); i++)
		good += before[i].ret >= 0;
	note("%d calls, %zu outcomes, %zu of them good", nr_entries,
	     nr_outcomes(), good);
}

static void describe(const char *what, const struct outcome *o)
{
	note("  %s: ret %ld memory %#lx policy %#lx prio %ld attr %ld: policy %#x flags %#lx nice %d runtime %lu",
	     what, o->ret, o->memory, o->policy, o->priority, o->attr_ret,
	     o->attr.policy, o->attr.flags, o->attr.nice, o->attr.runtime);
}

void identity_compare(const char *when)
{
	size_t i, differ = 0;

	run_table(now);
	for (i = 0; i < nr_outcomes(); i++) {
		const struct entry *e = &table[i % nr_entries];

		if (!memcmp(&before[i], &now[i], sizeof(*now)) ||
		    differ++ >= 10)
			continue;
		note("%s by %s: pid %#lx number %#lx place %d size %u policy %#x flags %#lx nice %d prio %d",
		     call_name[e->call], whos[i / nr_entries].name, e->pid,
		     e->number, e->place, e->attr.size, e->attr.policy, e->attr.flags,
		     e->attr.nice, (int)e->attr.priority);
		describe("before", &before[i]);
		describe("now", &now[i]);
	}
	is(differ, 0, "%zu outcomes are what they were before, %s",
	   nr_outcomes(), when);
}
