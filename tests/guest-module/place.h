/* SPDX-License-Identifier: GPL-2.0 */
/*
 * place.h - where a thread of these tests runs, and whether it does
 */
#ifndef PLACE_H
#define PLACE_H

/* The calling thread goes into a network namespace, or on a CPU, or exits. */
void in_netns(const char *name);
void on_cpu(int cpu);

/* Waits until another thread sleeps uninterruptibly, as for a lock, or exits. */
void until_it_waits(int tid);

#endif /* PLACE_H */
