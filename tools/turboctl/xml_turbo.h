/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A libvirt domain with turbo vCPUs, made of one without
 */
#ifndef TURBOCTL_XML_TURBO_H
#define TURBOCTL_XML_TURBO_H

#include <stdint.h>

#include "cpus.h"
#include "xml_text.h"

/**
 * struct turbo_options - what it is to have
 * @nr: turbo vCPUs
 * @slice_ns: their slice, 0 for that of the core
 * @weight: its weight, 0 to leave it
 * @own_weight: in our element, not as <shares>
 * @cores: turbo cores, that pins are to keep off; none if they are not known
 * @host: all CPUs of the host
 */
struct turbo_options {
	unsigned int nr;
	uint64_t slice_ns;
	unsigned int weight;
	bool own_weight;
	struct cpus cores;
	struct cpus host;
};

/* Complains itself. */
int xml_turbo(struct xml_text *x, const struct turbo_options *opts);

/* Its two halves: see xml_turbo.c and xml_pins.c. */
struct journal;
struct turbo_change {
	struct xml_text *x;
	const struct turbo_options *opts;
	struct journal *journal;
	struct cpus turbo;
	/* What goes into <cputune>, with \n between. */
	char *cputune;
};

int xml_turbo_pins(struct turbo_change *c);
void xml_turbo_tune(struct turbo_change *c, const char *element,
		    const char *path);

#endif
