/* SPDX-License-Identifier: GPL-2.0 */
/*
 * place.h - where a thread of these tests runs
 */
#ifndef PLACE_H
#define PLACE_H

/* The calling thread goes into a network namespace, or on a CPU, or exits. */
void in_netns(const char *name);
void on_cpu(int cpu);

#endif /* PLACE_H */
