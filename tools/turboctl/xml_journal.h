/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What "turboctl xml" has changed in a domain, so as to undo it
 *
 * Kept in the domain, in our element:
 *
 *   <turbo:undo cores='3'>
 *     <turbo:was path='vcpu'>1</turbo:was>
 *     <turbo:new path='cputune'/>
 *
 * Paths are XPath from <domain>, as libvirt writes a domain anew with
 * everything in another place.
 */
#ifndef TURBOCTL_XML_JOURNAL_H
#define TURBOCTL_XML_JOURNAL_H

#include <stdio.h>

#include "cpus.h"
#include "domain.h"
#include "xml_text.h"

struct journal {
	char *text;
	size_t size;
	FILE *out;
};

void journal_begin(struct journal *j);
void journal_was(struct journal *j, const char *path, const char *value);
void journal_new(struct journal *j, const char *path);
/* The elements, to go into xml_insert_after(); the caller frees it. */
char *journal_end(struct journal *j);

/* Takes back everything, our element as well.  Complains itself. */
int journal_undo(struct xml_text *x, const struct domain *domain);

/* The cores that pins keep off: none if that is not known. */
int journal_cores(const struct xml_text *x, const struct domain *domain,
		  struct cpus *cores);

#endif
