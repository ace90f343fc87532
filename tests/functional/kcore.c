// SPDX-License-Identifier: GPL-2.0
/* kcore.c - memory of the running kernel */
#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kcore.h"

void kcore_find(struct kcore_symbol *symbols, int nr)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char *line = NULL, *name, *module, *end;
	size_t size = 0;
	int i;

	while (f && getline(&line, &size, f) > 0) {
		/* "ADDRESS TYPE NAME" or "ADDRESS TYPE NAME\t[MODULE]" */
		name = strchr(line, ' ');
		name = name ? strchr(name + 1, ' ') : NULL;
		if (!name)
			continue;
		name++;
		end = name + strcspn(name, "\t\n");
		module = *end == '\t' ? end + 2 : end + 1;
		*end = 0;
		module[strcspn(module, "]\n")] = 0;
		for (i = 0; i < nr; i++)
			if (!strcmp(name, symbols[i].name) &&
			    !strcmp(module, symbols[i].module))
				symbols[i].address = strtoull(line, NULL, 16);
	}
	free(line);
	if (f)
		fclose(f);
}

bool kcore_read(uint64_t address, void *to, size_t size)
{
	int fd = open("/proc/kcore", O_RDONLY | O_CLOEXEC), i;
	Elf64_Ehdr header;
	Elf64_Phdr part;
	bool done = false;

	if (fd < 0)
		return false;
	if (pread(fd, &header, sizeof(header), 0) != sizeof(header))
		header.e_phnum = 0;
	for (i = 0; i < header.e_phnum && !done; i++) {
		if (pread(fd, &part, sizeof(part), header.e_phoff +
			  i * sizeof(part)) != sizeof(part))
			break;
		if (part.p_type != PT_LOAD || address < part.p_vaddr ||
		    address - part.p_vaddr > part.p_memsz - size)
			continue;
		done = pread(fd, to, size, part.p_offset + address -
			     part.p_vaddr) == (ssize_t)size;
	}
	close(fd);
	return done;
}
