// SPDX-License-Identifier: GPL-2.0
/*
 * XML that is changed as text: reading it
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/SAX2.h>

#include "units.h"
#include "xml_edit.h"
#include "xml_text.h"

/*
 * The parser does not know where it is in the text, or is wrong about it: in
 * another encoding than ours, say.
 */
static void lose(xmlParserCtxt *ctxt, struct xml_text *x)
{
	if (!x->stopped)
		complain("%s:%d: this can't be changed as text: write it in UTF-8",
			 x->name, ctxt->input ? ctxt->input->line : 1);
	x->stopped = true;
	xmlStopParser(ctxt);
}

/* The parser stands behind the last attribute, before ">" or "/>". */
static void start_element(void *ctx, const xmlChar *name, const xmlChar *prefix,
			  const xmlChar *uri, int nr_ns, const xmlChar **ns,
			  int nr_attrs, int nr_defaulted, const xmlChar **attrs)
{
	xmlParserCtxt *ctxt = ctx;
	struct xml_text *x = ctxt->_private;
	struct span *span;
	size_t at = xmlByteConsumed(ctxt);

	xmlSAX2StartElementNs(ctx, name, prefix, uri, nr_ns, ns, nr_attrs,
			      nr_defaulted, attrs);
	if (!ctxt->node || at >= x->len) {
		lose(ctxt, x);
		return;
	}
	span = xalloc(NULL, 1, sizeof(*span));
	memset(span, 0, sizeof(*span));
	span->open_end = at + (x->text[at] == '/' ? 2 : 1);
	span->line = ctxt->input->line;
	/* There is no "<" in a tag but the one it begins with. */
	while (at && x->text[at] != '<')
		if (x->text[at--] == '\n')
			span->line--;
	span->start = at;
	span->next = x->spans;
	x->spans = span;
	ctxt->node->_private = span;
	/* Of a name with a prefix, libxml2 has what is behind it. */
	if (x->text[at] != '<' ||
	    strncmp(x->text + at + 1, (const char *)(prefix ? prefix : name),
		    strlen((const char *)(prefix ? prefix : name))))
		lose(ctxt, x);
}

/* The parser stands behind the element. */
static void end_element(void *ctx, const xmlChar *name, const xmlChar *prefix,
			const xmlChar *uri)
{
	xmlParserCtxt *ctxt = ctx;
	struct xml_text *x = ctxt->_private;
	struct span *span = ctxt->node ? ctxt->node->_private : NULL;

	if (span) {
		span->end = xmlByteConsumed(ctxt);
		if (span->end > x->len || span->end < span->open_end) {
			span->end = span->open_end;
			lose(ctxt, x);
		}
		span->close = span->end;
		while (span->close > span->open_end &&
		       x->text[--span->close] != '<')
			;
	}
	xmlSAX2EndElementNs(ctx, name, prefix, uri);
}

/* Entities could put elements into the tree that are not in the text. */
static void doctype(void *ctx, const xmlChar *name, const xmlChar *external_id,
		    const xmlChar *system_id)
{
	xmlParserCtxt *ctxt = ctx;
	struct xml_text *x = ctxt->_private;

	(void)name;
	(void)external_id;
	(void)system_id;
	complain("%s:%d: there is a <!DOCTYPE>, which no domain needs: take it out",
		 x->name, ctxt->input->line);
	x->stopped = true;
	xmlStopParser(ctxt);
}

static int parse(struct xml_text *x)
{
	xmlParserCtxt *ctxt = xmlCreateMemoryParserCtxt(x->text, x->len);
	const xmlError *error;
	char *message;
	bool good;

	if (!ctxt) {
		complain("%s: there is nothing in it", x->name);
		return -EINVAL;
	}
	xmlCtxtUseOptions(ctxt, XML_PARSE_NONET | XML_PARSE_NOERROR |
			  XML_PARSE_NOWARNING | XML_PARSE_NOCDATA);
	ctxt->_private = x;
	ctxt->sax->startElementNs = start_element;
	ctxt->sax->endElementNs = end_element;
	ctxt->sax->internalSubset = doctype;
	xmlParseDocument(ctxt);
	x->doc = ctxt->myDoc;
	good = ctxt->wellFormed && ctxt->nsWellFormed && !x->stopped;
	error = xmlCtxtGetLastError(ctxt);
	if (!good && !x->stopped) {
		message = xstrdup(error && error->message ? error->message :
				  "no well-formed XML");
		message[strcspn(message, "\n")] = '\0';
		complain("%s:%d: %s", x->name, error ? error->line : 1,
			 printable(message));
		free(message);
	}
	x->root = good ? xmlDocGetRootElement(x->doc) : NULL;
	if (x->root && x->doc->encoding &&
	    strcasecmp((const char *)x->doc->encoding, "UTF-8")) {
		complain("%s:1: its encoding is %s, only UTF-8 can be changed",
			 x->name, x->doc->encoding);
		x->root = NULL;
	}
	xmlFreeParserCtxt(ctxt);
	return x->root ? 0 : -EINVAL;
}

/* How whoever wrote it writes. */
static void learn_style(struct xml_text *x)
{
	const struct span *root = x->root->_private;
	const char *quote = strpbrk(x->text + root->start, "'\">");
	const char *end = strchr(x->text, '\n');
	char *outer, *inner;
	xmlNode *child = xmlFirstElementChild(x->root);

	x->quote = quote && *quote == '"' ? '"' : '\'';
	x->newline = end && end > x->text && end[-1] == '\r' ? "\r\n" : "\n";
	outer = xml_indent(x, x->root);
	inner = child ? xml_indent(x, child) : NULL;
	if (inner && outer && strlen(inner) > strlen(outer))
		x->unit = xstrdup(inner + strlen(outer));
	else
		x->unit = xstrdup("  ");
	free(outer);
	free(inner);
}

int xml_parse(struct xml_text *x, const char *name, char *text)
{
	int err;

	memset(x, 0, sizeof(*x));
	x->name = name;
	x->text = text;
	x->len = strlen(text);
	err = parse(x);
	if (!err)
		learn_style(x);
	return err;
}

void xml_free(struct xml_text *x)
{
	struct span *span;

	while ((span = x->spans)) {
		x->spans = span->next;
		free(span);
	}
	for (size_t i = 0; i < x->nr_edits; i++)
		free(x->edits[i].text);
	free(x->edits);
	free(x->unit);
	free(x->text);
	xmlFreeDoc(x->doc);
	memset(x, 0, sizeof(*x));
}

int xml_line(const xmlNode *node)
{
	const struct span *span = node->_private;

	return span ? span->line : 0;
}

static void vsay(void (*how)(const char *fmt, ...), const struct xml_text *x,
		 const xmlNode *node, const char *fmt, va_list ap)
{
	char *text;

	if (vasprintf(&text, fmt, ap) < 0)
		die_nomem();
	how("%s:%d: %s", x->name, xml_line(node), text);
	free(text);
}

int xml_refuse(const struct xml_text *x, const xmlNode *node, const char *fmt,
	       ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(complain, x, node, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

void xml_note(const struct xml_text *x, const xmlNode *node, const char *fmt,
	      ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(note, x, node, fmt, ap);
	va_end(ap);
}

static bool is(const xmlNode *node, const char *name, const char *ns)
{
	if (node->type != XML_ELEMENT_NODE ||
	    strcmp((const char *)node->name, name))
		return false;
	if (!ns || !node->ns)
		return !ns && !node->ns;
	return !strcmp((const char *)node->ns->href, ns);
}

static xmlNode *find(xmlNode *node, const char *name, const char *ns)
{
	while (node && !is(node, name, ns))
		node = node->next;
	return node;
}

xmlNode *xml_child(const xmlNode *parent, const char *name, const char *ns)
{
	return parent ? find(parent->children, name, ns) : NULL;
}

xmlNode *xml_next(const xmlNode *node, const char *name, const char *ns)
{
	return find(node->next, name, ns);
}

static char *take(xmlChar *text)
{
	char *copy = text ? xstrdup((const char *)text) : NULL;

	xmlFree(text);
	return copy;
}

char *xml_attr(const xmlNode *node, const char *name)
{
	return node ? take(xmlGetNoNsProp((xmlNode *)node,
					  (const xmlChar *)name)) : NULL;
}

char *xml_content(const xmlNode *node)
{
	char *text = take(xmlNodeGetContent((xmlNode *)node)), *s = text, *copy;
	size_t len;

	while (isspace((unsigned char)*s))
		s++;
	len = strlen(s);
	while (len && isspace((unsigned char)s[len - 1]))
		len--;
	copy = xprintf("%.*s", (int)len, s);
	free(text);
	return copy;
}

int xml_number(const struct xml_text *x, const xmlNode *node, const char *attr,
	       unsigned int max, unsigned int *value)
{
	char *text = attr ? xml_attr(node, attr) : xml_content(node);
	int err = 0;

	if (text && (parse_number(text, max, value) || !*value))
		err = xml_refuse(x, node, "%s '%s' is no number from 1 to %u",
				 attr ? attr : (const char *)node->name, text,
				 max);
	free(text);
	return err;
}
