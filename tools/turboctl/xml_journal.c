// SPDX-License-Identifier: GPL-2.0
/*
 * What "turboctl xml" has changed in a domain, so as to undo it
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xpath.h>

#include "xml_journal.h"

#define XPATH_STEPS_MAX	1000000

void journal_begin(struct journal *j)
{
	j->text = NULL;
	j->out = open_memstream(&j->text, &j->size);
	if (!j->out)
		die_nomem();
}

void journal_was(struct journal *j, const char *path, const char *value)
{
	char *p = xml_escape(path), *v = xml_escape(value);

	fprintf(j->out, "\n\t\t<" DOMAIN_PREFIX ":was path='%s'>%s</" DOMAIN_PREFIX ":was>",
		p, v);
	free(p);
	free(v);
}

void journal_new(struct journal *j, const char *path)
{
	char *p = xml_escape(path);

	fprintf(j->out, "\n\t\t<" DOMAIN_PREFIX ":new path='%s'/>", p);
	free(p);
}

char *journal_end(struct journal *j)
{
	if (fclose(j->out))
		die_nomem();
	return j->text;
}

/* An element, or an attribute.  NULL if it has gone, or is not one. */
static xmlNode *at_path(const struct xml_text *x, const char *path)
{
	xmlXPathContext *context = xmlXPathNewContext(x->doc);
	xmlXPathObject *found;
	xmlNode *node = NULL;

	if (!context)
		die_nomem();
	context->node = x->root;
	/* The paths are whoever's who wrote the domain: not for ever. */
	context->opLimit = XPATH_STEPS_MAX;
	found = xmlXPathEval((const xmlChar *)path, context);
	if (found && found->nodesetval && found->nodesetval->nodeNr == 1)
		node = found->nodesetval->nodeTab[0];
	if (node && node->type != XML_ATTRIBUTE_NODE &&
	    (node->type != XML_ELEMENT_NODE || node == x->root))
		node = NULL;
	xmlXPathFreeObject(found);
	xmlXPathFreeContext(context);
	return node;
}

static bool has_others(const xmlNode *node)
{
	const xmlNode *child;

	for (child = node->children; child; child = child->next)
		if (!xmlIsBlankNode(child) && !xml_is_gone(child))
			return true;
	return false;
}

/* Elements that hold others, and which somebody may have put more into. */
static bool is_container(const xmlNode *node)
{
	static const char * const names[] = {
		"metadata", "cputune", "sysinfo", "oemStrings",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp((const char *)node->name, names[i]))
			return true;
	return false;
}

static void undo_new(struct xml_text *x, const xmlNode *entry, xmlNode *node)
{
	if (node->type == XML_ATTRIBUTE_NODE)
		xml_remove_attr(x, node->parent, (const char *)node->name);
	else if (is_container(node) && has_others(node))
		xml_note(x, entry, "<%s> stays: somebody has put more into it",
			 node->name);
	else
		xml_remove(x, node);
}

static void undo_was(struct xml_text *x, const xmlNode *entry, xmlNode *node)
{
	char *value = xml_content(entry);

	if (node->type == XML_ATTRIBUTE_NODE)
		xml_set_attr(x, node->parent, (const char *)node->name, value);
	else
		xml_set_content(x, node, value);
	free(value);
}

static void undo_one(struct xml_text *x, const xmlNode *entry)
{
	char *path = xml_attr(entry, "path");
	xmlNode *node = path ? at_path(x, path) : NULL;

	if (!node)
		xml_note(x, entry, "there is no '%s' any more, or more than one: left alone",
			 path ? printable(path) : "");
	else if (!strcmp((const char *)entry->name, "new"))
		undo_new(x, entry, node);
	else
		undo_was(x, entry, node);
	free(path);
}

int journal_undo(struct xml_text *x, const struct domain *domain)
{
	xmlNode *undo = xml_child(domain->node, "undo", DOMAIN_NS), *entry;

	if (!undo)
		return xml_refuse(x, domain->node, "this <%s:domain> was not made by turboctl xml, and nothing tells what was there before",
				  DOMAIN_PREFIX);
	xml_remove(x, domain->node);
	for (entry = xmlFirstElementChild(undo); entry;
	     entry = xmlNextElementSibling(entry))
		undo_one(x, entry);
	return 0;
}

int journal_cores(const struct xml_text *x, const struct domain *domain,
		  struct cpus *cores)
{
	xmlNode *undo = xml_child(domain->node, "undo", DOMAIN_NS);
	char *text = xml_attr(undo, "cores");
	int err = 0;

	cpus_clear(cores);
	if (text && cpus_parse_list(text, cores))
		err = xml_refuse(x, undo, "cores '%s' is no list of CPUs",
				 printable(text));
	free(text);
	return err;
}
