/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kcore.h - memory of the running kernel
 */
#ifndef KCORE_H
#define KCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct kcore_symbol - a symbol of the kernel
 * @name: its name
 * @module: the module it is of, "" for the kernel itself
 * @address: found by kcore_find(), 0 if there is none
 */
struct kcore_symbol {
	const char *name;
	const char *module;
	uint64_t address;
};

/* Looks @nr of them up, in one go, for it takes long. */
void kcore_find(struct kcore_symbol *symbols, int nr);

/* False: it cannot be read. */
bool kcore_read(uint64_t address, void *to, size_t size);

#endif /* KCORE_H */
