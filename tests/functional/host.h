/* SPDX-License-Identifier: GPL-2.0 */
/*
 * host.h - the machine around the threads: the module, its log, the CPUs
 */
#ifndef HOST_H
#define HOST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

/*
 * The tests are written for four CPUs: 0 and 1 are regular, 2 and 3 are for
 * turbo cores.
 */
#define TURBO_CPUS	"2-3"

/* Load it, or unload it if it is loaded.  0 or a negative errno. */
int module_load(const char *params);
int module_unload(void);

/* The same where anything but success ends the test program. */
void module_need(const char *params);

/* Loads are told apart by their module parameters. */
bool module_loaded(void);

/* File of the build: the path of @name under $ST_BUILD. */
const char *build_path(const char *name);

/* The whole of a small file, NUL-terminated; NULL if it cannot be read. */
char *file_read(const char *path);
int file_write(const char *path, const char *text);

/* 0 or a negative errno. */
int cpu_set_online(unsigned int cpu, bool online);

/* From here on, what the kernel logs is looked at. */
void log_mark(void);

/* Lines of our module since then that have this in them. */
int log_count(const char *format, ...) __attribute__((format(printf, 1, 2)));

uint64_t now_ms(void);

/* Wait till @condition is true, for at most @ms.  Its value at the end. */
#define await(ms, condition) ({						\
	uint64_t end_ = now_ms() + (ms);				\
	bool is_;							\
									\
	while (!(is_ = (condition)) && now_ms() < end_)			\
		usleep(5000);						\
	is_;								\
})

/*
 * Long enough for anything that happens soon, on a slow machine with a debug
 * kernel too.
 */
#define SOON	10000

#endif /* HOST_H */
