/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a libvirt domain says of SCHED_TURBO
 *
 *   <metadata>
 *     <turbo:domain xmlns:turbo='urn:sched-turbo:domain:1' vcpus='1'
 *                   slice='200us' weight='2048'/>
 *   </metadata>
 *
 * "vcpus", a list, is all that has to be there.  The weight is that of
 * <cputune><shares> unless it is given here.  See sched_turbo.rng.
 */
#ifndef TURBOCTL_DOMAIN_H
#define TURBOCTL_DOMAIN_H

#include <stdint.h>

#include "cpus.h"
#include "xml_text.h"

#define DOMAIN_NS	"urn:sched-turbo:domain:1"
#define DOMAIN_PREFIX	"turbo"
/* What every version of DOMAIN_NS begins with. */
#define DOMAIN_NS_ANY	"urn:sched-turbo:"

/**
 * struct domain - what it says
 * @node: our element; NULL if it says nothing
 * @turbo: its turbo vCPUs
 * @slice_ns: their slice, 0 for that of the core
 * @weight: of the VM, 0 if it is not said
 * @own_weight: it is said in our element
 */
struct domain {
	xmlNode *node;
	struct cpus turbo;
	uint64_t slice_ns;
	unsigned int weight;
	bool own_weight;
};

/* The <domain> of a document, which may be in one of libvirt's status files. */
xmlNode *domain_root(const struct xml_text *x);

/* Complains itself; no error if it says nothing. */
int domain_read(const struct xml_text *x, struct domain *domain);

#endif
