/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tracepoint.h - a kernel tracepoint: its number and where its fields are
 *
 * Both come from the tracepoint's "id" and "format" files in tracefs, since
 * they differ from kernel to kernel.
 */
#ifndef NUMBERS_TRACEPOINT_H
#define NUMBERS_TRACEPOINT_H

#include <stddef.h>
#include <stdint.h>

struct trace_field {
	size_t offset;
	size_t size;
};

/* The number of tracepoint @name ("sched:sched_switch") for perf_event_attr. */
uint64_t tracepoint_id(const char *name);

struct trace_field tracepoint_field(const char *name, const char *field);

/* A field's value in a raw record, as an unsigned number. */
uint64_t trace_value(const void *raw, size_t size, struct trace_field field);

#endif /* NUMBERS_TRACEPOINT_H */
