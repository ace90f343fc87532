/* SPDX-License-Identifier: GPL-2.0 */
/*
 * oem.h - how the host names the turbo vCPUs, and how a parameter does
 *
 * The host writes one SMBIOS type 11 (OEM) string:
 *
 *	sched_turbo:1:turbo_vcpus=LIST
 *
 * where 1 is the version of this format and LIST is numbers and ranges of
 * vCPUs, "1" or "1,3" or "2-3,5".  vCPUs are numbered from 0 as QEMU and libvirt
 * number them, which is how Linux numbers CPUs.  Pure: finding the string is the
 * caller's.
 */
#ifndef TURBO_GUEST_OEM_H
#define TURBO_GUEST_OEM_H

#include "types.h"

/* What a string of ours begins with, well-formed or not. */
#define TURBO_OEM_PREFIX	"sched_turbo"

/**
 * enum turbo_oem - what has become of a string
 * @TURBO_OEM_OK: understood
 * @TURBO_OEM_FOREIGN: somebody else's
 * @TURBO_OEM_VERSION: of another version than 1
 * @TURBO_OEM_KEY: turbo_vcpus= is not what follows the version
 * @TURBO_OEM_LIST: no list of numbers and ascending ranges
 * @TURBO_OEM_RANGE: a number beyond the last CPU there can be
 */
enum turbo_oem {
	TURBO_OEM_OK,
	TURBO_OEM_FOREIGN,
	TURBO_OEM_VERSION,
	TURBO_OEM_KEY,
	TURBO_OEM_LIST,
	TURBO_OEM_RANGE,
};

enum turbo_oem turbo_oem_parse(const char *s, unsigned long *cpus,
			       unsigned int nr_cpus, const char **bad);
enum turbo_oem turbo_list_parse(const char *s, unsigned long *cpus,
				unsigned int nr_cpus, const char **bad);
const char *turbo_oem_error(enum turbo_oem error);

#endif /* TURBO_GUEST_OEM_H */
