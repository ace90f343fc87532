// SPDX-License-Identifier: GPL-2.0
/*
 * Whole texts from files and pipes
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"
#include "msg.h"

/* Far more than any domain has. */
#define INPUT_MAX	(16U << 20)

char *input_read(FILE *in, const char *name)
{
	size_t len = 0, size = 0, n;
	char *text = NULL;

	do {
		if (size - len < 4096) {
			size = size ? size * 2 : 16384;
			text = xalloc(text, size, 1);
		}
		n = fread(text + len, 1, size - len - 1, in);
		len += n;
	} while (n && len < INPUT_MAX);
	text[len] = '\0';
	if (ferror(in))
		complain("%s: %m", name);
	else if (len >= INPUT_MAX)
		complain("%s: this is too long, more than %u MiB", name,
			 INPUT_MAX >> 20);
	else if (strlen(text) != len)
		complain("%s: this is no text: byte %zu is 0", name,
			 strlen(text));
	else
		return text;
	free(text);
	return NULL;
}

char *input_read_file(const char *name)
{
	FILE *in = fopen(name, "re");
	char *text;

	if (!in) {
		complain("%s: %m", name);
		return NULL;
	}
	text = input_read(in, name);
	fclose(in);
	return text;
}
