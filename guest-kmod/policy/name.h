/* SPDX-License-Identifier: GPL-2.0 */
/*
 * name.h - lists of names and patterns, as parameters give them
 */
#ifndef TURBO_GUEST_NAME_H
#define TURBO_GUEST_NAME_H

#include "types.h"

bool turbo_name_match(const char *pattern, size_t len, const char *name);
bool turbo_name_chosen(const char *list, const char * const *names,
		       int nr_names);

#endif /* TURBO_GUEST_NAME_H */
