// SPDX-License-Identifier: GPL-2.0
/*
 * XML that is changed as text: changing it
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xml_edit.h"
#include "xml_text.h"

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

char *xml_indent(const struct xml_text *x, const xmlNode *node)
{
	const struct span *span = node->_private;
	size_t at = span->start;

	while (at && blank(x->text[at - 1]))
		at--;
	if (at && x->text[at - 1] != '\n')
		return NULL;
	return xprintf("%.*s", (int)(span->start - at), x->text + at);
}

/* Takes @text. */
static void edit(struct xml_text *x, size_t at, size_t del, char *text)
{
	x->edits = xalloc(x->edits, x->nr_edits + 1, sizeof(x->edits[0]));
	x->edits[x->nr_edits] = (struct edit) {
		.at = at,
		.del = del,
		.text = text,
		.nr = x->nr_edits,
	};
	x->nr_edits++;
}

char *xml_escape(const char *value)
{
	static const struct {
		char c;
		const char *is;
	} special[] = {
		{ '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" },
		{ '"', "&quot;" }, { '\'', "&apos;" }, { '\n', "&#10;" },
		{ '\t', "&#9;" }, { '\r', "&#13;" },
	};
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		die_nomem();
	for (; *value; value++) {
		const char *is = NULL;

		for (size_t i = 0; i < ARRAY_SIZE(special); i++)
			if (*value == special[i].c)
				is = special[i].is;
		if (is)
			fputs(is, out);
		else
			putc(*value, out);
	}
	if (fclose(out))
		die_nomem();
	return text;
}

/* @element as this document would have it; @indent is NULL for on one line. */
static void put_element(FILE *out, const struct xml_text *x,
			const char *element, const char *indent)
{
	for (const char *c = element; *c; c++) {
		if (*c == '\'')
			putc(x->quote, out);
		else if (*c == '\n' && indent)
			fprintf(out, "%s%s", x->newline, indent);
		else if (*c == '\t' && indent)
			fputs(x->unit, out);
		else if (*c != '\n' && *c != '\t')
			putc(*c, out);
	}
}

/* Behind an element, and behind a comment that is on the same line. */
static size_t behind(const struct xml_text *x, const struct span *span)
{
	size_t at = span->end;
	const char *end;

	while (blank(x->text[at]))
		at++;
	if (strncmp(x->text + at, "<!--", 4))
		return span->end;
	end = strstr(x->text + at, "-->");
	if (!end || memchr(x->text + at, '\n', end - (x->text + at)))
		return span->end;
	at = end + 3 - x->text;
	return x->text[at] == '\n' || x->text[at] == '\r' ? at : span->end;
}

void xml_insert_after(struct xml_text *x, xmlNode *node, const char *element)
{
	char *indent = xml_indent(x, node), *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		die_nomem();
	if (indent)
		fprintf(out, "%s%s", x->newline, indent);
	put_element(out, x, element, indent);
	if (fclose(out))
		die_nomem();
	edit(x, behind(x, node->_private), 0, text);
	free(indent);
}

static void append_to_empty(struct xml_text *x, xmlNode *parent,
			    const char *element)
{
	const struct span *span = parent->_private;
	char *outer = xml_indent(x, parent), *inner = NULL, *text;
	bool has_end = span->close != span->open_end ||
		       x->text[span->open_end - 2] != '/';
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		die_nomem();
	if (!has_end)
		putc('>', out);
	if (outer) {
		inner = xprintf("%s%s", outer, x->unit);
		fprintf(out, "%s%s", x->newline, inner);
	}
	put_element(out, x, element, inner);
	/* What is there already has an end of line before the end tag. */
	if (outer && span->close == span->open_end)
		fprintf(out, "%s%s", x->newline, outer);
	if (!has_end)
		fprintf(out, "</%s>", parent->name);
	if (fclose(out))
		die_nomem();
	if (has_end)
		edit(x, span->open_end, 0, text);
	else
		edit(x, span->open_end - 2, 2, text);
	free(outer);
	free(inner);
}

void xml_append(struct xml_text *x, xmlNode *parent, const char *element)
{
	xmlNode *last = xmlLastElementChild(parent);

	if (last)
		xml_insert_after(x, last, element);
	else
		append_to_empty(x, parent, element);
}

void xml_set_content(struct xml_text *x, xmlNode *node, const char *value)
{
	const struct span *span = node->_private;
	size_t start = span->open_end, end = span->close;

	while (start < end && isspace((unsigned char)x->text[start]))
		start++;
	while (end > start && isspace((unsigned char)x->text[end - 1]))
		end--;
	edit(x, start, end - start, xml_escape(value));
}

/* The tag is well-formed, or libxml2 would not have taken it. */
static bool find_attr(const struct xml_text *x, const xmlNode *node,
		      const char *name, size_t *start, size_t *value,
		      size_t *end)
{
	const struct span *span = node->_private;
	const char *s = x->text + span->start + 1, *tag_end, *begin, *word;
	size_t len;
	char quote;

	tag_end = x->text + span->open_end;
	s += strcspn(s, " \t\r\n/>");
	while (s < tag_end) {
		begin = s;
		s += strspn(s, " \t\r\n");
		if (*s == '/' || *s == '>')
			break;
		word = s;
		len = strcspn(s, " \t\r\n=");
		s += len;
		s = strpbrk(s, "'\"");
		quote = *s++;
		*value = s - x->text;
		s = strchr(s, quote);
		*end = s++ - x->text;
		if (strlen(name) == len && !strncmp(word, name, len)) {
			*start = begin - x->text;
			return true;
		}
	}
	return false;
}

void xml_set_attr(struct xml_text *x, xmlNode *node, const char *name,
		  const char *value)
{
	const struct span *span = node->_private;
	char *escaped = xml_escape(value);
	size_t start, from, end;

	if (find_attr(x, node, name, &start, &from, &end)) {
		edit(x, from, end - from, escaped);
		return;
	}
	end = span->open_end - (x->text[span->open_end - 2] == '/' ? 2 : 1);
	while (isspace((unsigned char)x->text[end - 1]))
		end--;
	edit(x, end, 0, xprintf(" %s=%c%s%c", name, x->quote, escaped,
				x->quote));
	free(escaped);
}

void xml_remove_attr(struct xml_text *x, xmlNode *node, const char *name)
{
	size_t start, from, end;

	if (find_attr(x, node, name, &start, &from, &end))
		edit(x, start, end + 1 - start, xstrdup(""));
}

bool xml_is_gone(const xmlNode *node)
{
	const struct span *span = node->_private;

	return span && span->gone;
}

/* With the blanks before it, as xml_insert_after() put it there. */
void xml_remove(struct xml_text *x, xmlNode *node)
{
	struct span *span = node->_private, *outer = node->parent->_private;
	size_t start = span->start, end = span->end;
	xmlNode *child;

	span->gone = true;
	for (child = node->parent->children; child; child = child->next)
		if (!xmlIsBlankNode(child) && !xml_is_gone(child))
			break;
	if (outer && !child && node->parent != x->root) {
		/* Nothing is left in there. */
		edit(x, outer->open_end - 1, outer->end - outer->open_end + 1,
		     xstrdup("/>"));
		return;
	}
	while (start && isspace((unsigned char)x->text[start - 1]))
		start--;
	edit(x, start, end - start, xstrdup(""));
}

/* Where one is within another, the larger one comes first. */
static int compare_edits(const void *a, const void *b)
{
	const struct edit *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (!x->del != !y->del)
		return x->del ? 1 : -1;
	if (x->del != y->del)
		return x->del > y->del ? -1 : 1;
	return x->nr < y->nr ? -1 : 1;
}

char *xml_result(struct xml_text *x)
{
	size_t at = 0, size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		die_nomem();
	if (x->nr_edits)
		qsort(x->edits, x->nr_edits, sizeof(x->edits[0]),
		      compare_edits);
	for (size_t i = 0; i < x->nr_edits; i++) {
		const struct edit *e = &x->edits[i];

		/* It is in something that goes as a whole. */
		if (e->at < at)
			continue;
		fwrite(x->text + at, 1, e->at - at, out);
		fputs(e->text, out);
		at = e->at + e->del;
	}
	fwrite(x->text + at, 1, x->len - at, out);
	if (fclose(out))
		die_nomem();
	return text;
}
