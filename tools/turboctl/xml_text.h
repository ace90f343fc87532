/* SPDX-License-Identifier: GPL-2.0 */
/*
 * XML that is changed as text
 *
 * libxml2 parses it and tells where each element is; what is changed are the
 * bytes there.  So whatever is not changed stays as it was written: comments,
 * order, blanks, quotes.
 */
#ifndef TURBOCTL_XML_TEXT_H
#define TURBOCTL_XML_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include <libxml/tree.h>

#include "msg.h"

/**
 * struct span - where an element is in the text
 * @next: of the list of all
 * @start: its first byte
 * @open_end: behind its start tag
 * @close: its end tag; @open_end if it is empty and has none
 * @end: behind it
 * @line: of the text, from 1
 * @gone: it is to be removed
 */
struct span {
	struct span *next;
	size_t start;
	size_t open_end;
	size_t close;
	size_t end;
	int line;
	bool gone;
};

struct edit;

/**
 * struct xml_text - an XML document
 * @name: of the file, for messages
 * @text: what it is, NUL-terminated
 * @len: its length
 * @doc: as a tree, whose elements have their struct span in _private
 * @root: its root element
 * @spans: of all elements
 * @edits: changes that xml_result() makes
 * @nr_edits: how many
 * @quote: which quotes it uses
 * @newline: how its lines end
 * @unit: what an element is indented by more than its parent
 * @stopped: parsing was, and said why
 */
struct xml_text {
	const char *name;
	char *text;
	size_t len;
	xmlDoc *doc;
	xmlNode *root;
	struct span *spans;
	struct edit *edits;
	size_t nr_edits;
	char quote;
	const char *newline;
	char *unit;
	bool stopped;
};

/* Takes @text, and complains itself: what is wrong, and in which line. */
int xml_parse(struct xml_text *x, const char *name, char *text);
void xml_free(struct xml_text *x);

/* Complains about @node, naming its line; returns -EINVAL. */
int xml_refuse(const struct xml_text *x, const xmlNode *node, const char *fmt,
	       ...) __printf(3, 4);
void xml_note(const struct xml_text *x, const xmlNode *node, const char *fmt,
	      ...) __printf(3, 4);
int xml_line(const xmlNode *node);

/* The first one, or the next one after @node, of that name; @ns may be NULL. */
xmlNode *xml_child(const xmlNode *parent, const char *name, const char *ns);
xmlNode *xml_next(const xmlNode *node, const char *name, const char *ns);
#define for_each_child(node, parent, name) \
	for ((node) = xml_child(parent, name, NULL); (node); \
	     (node) = xml_next(node, name, NULL))

/* Copies, which the caller frees; NULL if there is no such attribute. */
char *xml_attr(const xmlNode *node, const char *name);
/* Without blanks around it. */
char *xml_content(const xmlNode *node);

/* Numbers, complaining if they are none.  @value stays if there is none. */
int xml_number(const struct xml_text *x, const xmlNode *node, const char *attr,
	       unsigned int max, unsigned int *value);

/*
 * Changes.  In @element, ' stands for the document's quotes, \n for an end of
 * line with the indentation of the element's parent's children, and \t for one
 * step more of it: values in it have to be escaped.
 */
void xml_set_content(struct xml_text *x, xmlNode *node, const char *value);
void xml_set_attr(struct xml_text *x, xmlNode *node, const char *name,
		  const char *value);
void xml_insert_after(struct xml_text *x, xmlNode *node, const char *element);
void xml_append(struct xml_text *x, xmlNode *parent, const char *element);
void xml_remove(struct xml_text *x, xmlNode *node);
void xml_remove_attr(struct xml_text *x, xmlNode *node, const char *name);
bool xml_is_gone(const xmlNode *node);

char *xml_escape(const char *value);

/* The text with all changes made; the caller frees it. */
char *xml_result(struct xml_text *x);

#endif
