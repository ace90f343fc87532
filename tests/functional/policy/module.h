/* SPDX-License-Identifier: GPL-2.0 */
/* module.h - the two modules, and what is left when they are gone */
#ifndef MODULE_H
#define MODULE_H

#include <stdbool.h>

/* Where sched_turbo_policy.ko is. */
extern const char *policy_module;

/*
 * Load sched_turbo_policy.ko; with @wait until the patch is in force for every
 * task.  Returns 0 or -errno.
 */
int policy_load(bool wait);

/* Disable the patch and unload the module.  Returns 0 or -errno. */
int policy_unload(void);

/* Disable the patch and wait until livepatch has let go of it. */
bool policy_disable(void);

bool module_is_loaded(const char *name);
int module_remove(const char *name);

/* Does a line of this file contain that word? */
bool file_has(const char *path, const char *word);

/* The turbo cores: -1 without /dev/sched_turbo, as with a stand-in module. */
int turbo_cores(void);
int turbo_core_add(unsigned int cpu);
int turbo_core_remove(unsigned int cpu);
/* The CPU that tests make a turbo core. */
unsigned int turbo_cpu(void);

#endif /* MODULE_H */
