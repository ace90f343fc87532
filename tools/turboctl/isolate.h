/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Keeping everything else off a turbo core, and undoing that
 */
#ifndef TURBOCTL_ISOLATE_H
#define TURBOCTL_ISOLATE_H

#include <stdbool.h>

#include "state.h"
#include "tids.h"

enum isolation {
	/* Nothing was done to it. */
	ISOLATION_NONE,
	/* Interrupts and work queues are off it, the load balancer is not. */
	ISOLATION_PARTIAL,
	/* Our cgroup v2 partition. */
	ISOLATION_PARTITION,
	/* isolcpus= */
	ISOLATION_BOOT,
	/* Someone else's partition. */
	ISOLATION_OTHER,
};

/*
 * Threads that are or lately were under SCHED_TURBO: their affinity is the
 * module's business.  @fd is its device, negative if there is none.
 */
struct attached {
	int fd;
	struct tids tids;
};

/* What isolate_add() did. */
struct isolated {
	enum isolation how;
	unsigned int irqs;
	bool workqueues;
};

const char *isolation_name(enum isolation how);
enum isolation isolation_of(const struct state *st, unsigned int cpu);
int isolate_add(struct state *st, unsigned int cpu,
		struct attached *attached, struct isolated *done);
int isolate_del(struct state *st, unsigned int cpu, struct attached *attached);

/* isolate_cgroup.c */
bool cpu_is_boot_isolated(unsigned int cpu);
bool partition_holds(const struct state *st, unsigned int cpu);
enum isolation partition_add(struct state *st, unsigned int cpu);
void partition_del(struct state *st, unsigned int cpu);

/* isolate_file.c */
struct cpu_file {
	const char *path;
	const char *shown;
	const char *name;
	const char *tag;
	bool mask;
};

int file_read_cpus(const char *path, bool mask, struct cpus *set, char **text);
bool file_plan(struct state *st, const struct cpu_file *file, unsigned int cpu);
int file_apply(struct state *st, struct saved_file *file, unsigned int cpu,
	       const struct cpus *spare);
void file_restore(struct state *st, struct saved_file *file, unsigned int cpu,
		  const struct cpus *spare);

/* isolate_irq.c */
#define IRQ_DIR	"/proc/irq"

void irq_plan(struct state *st, unsigned int cpu);
bool irq_is(const struct saved_file *file);
bool irq_is_another(const struct saved_file *file);
bool irq_stays(const struct saved_file *file, unsigned int cpu);

/* isolate_workqueue.c */
void workqueue_plan(struct state *st, unsigned int cpu);
bool workqueue_is(const struct saved_file *file);

/* isolate_threads.c */
struct pinned;

struct pinned *pinned_read(const struct state *st, struct attached *attached);
void pinned_keep_off(struct state *st, struct pinned *pinned, unsigned int cpu);
void pinned_give_back(struct state *st, struct pinned *pinned,
		      unsigned int cpu);
void pinned_free(struct pinned *pinned);

#endif
