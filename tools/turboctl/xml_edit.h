/* SPDX-License-Identifier: GPL-2.0 */
/*
 * XML that is changed as text: what its two halves share
 */
#ifndef TURBOCTL_XML_EDIT_H
#define TURBOCTL_XML_EDIT_H

#include <stddef.h>

#include "xml_text.h"

/* At @at, @del bytes become @text. */
struct edit {
	size_t at;
	size_t del;
	char *text;
	size_t nr;
};

/* The blanks before an element; NULL if it does not begin its line. */
char *xml_indent(const struct xml_text *x, const xmlNode *node);

#endif
