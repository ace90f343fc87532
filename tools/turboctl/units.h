/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Numbers and times as people write them
 */
#ifndef TURBOCTL_UNITS_H
#define TURBOCTL_UNITS_H

#include <stddef.h>
#include <stdint.h>

#define NSEC_PER_USEC	1000ULL
#define NSEC_PER_MSEC	1000000ULL
#define NSEC_PER_SEC	1000000000ULL

/* Room for any text of format_duration(). */
#define DURATION_LEN	32

int parse_number(const char *text, unsigned int max, unsigned int *value);
int parse_count(const char *what, const char *text, unsigned int max,
		unsigned int *value);
int parse_duration(const char *text, uint64_t plain_unit_ns, uint64_t *ns);
int parse_slice(const char *text, uint64_t *ns);
char *format_duration(uint64_t ns, char buf[DURATION_LEN]);
int parse_vcpu_name(const char *comm, unsigned int *vcpu);

#endif
