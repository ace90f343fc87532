/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whole texts from files and pipes
 */
#ifndef TURBOCTL_INPUT_H
#define TURBOCTL_INPUT_H

#include <stdio.h>

/* NULL, having complained, if it can't be read or is no text. */
char *input_read(FILE *in, const char *name);
char *input_read_file(const char *name);

#endif
