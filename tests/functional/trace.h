/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace.h - events of the kernel's tracer
 */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>

/*
 * Record @event ("sched/sched_switch"; "sched_turbo" for a whole group), if
 * @filter is true, on the CPUs of hexadecimal @mask.  False: there is no such
 * thing here.
 */
bool trace_start(const char *event, const char *filter, const char *mask);

/* Lines recorded up to now that have @text in them. */
int trace_count(const char *text);

/* Print them, as notes: for a test that has failed. */
void trace_show(const char *text);

void trace_stop(void);

#endif /* TRACE_H */
