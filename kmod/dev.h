/* SPDX-License-Identifier: GPL-2.0 */
/*
 * dev.h - what dev.c and dev_vm.c share
 */
#ifndef SCHED_TURBO_DEV_H
#define SCHED_TURBO_DEV_H

#include "turbo.h"

int turbo_dev_take(void *arg, size_t size, size_t min, void __user *uarg);
int turbo_dev_give(void __user *uarg, const void *arg, size_t size);
int turbo_dev_zero(const char *what, u32 value);

/* dev_vm.c */
int turbo_dev_vm(unsigned int nr, void __user *uarg);
int turbo_dev_period(void __user *uarg);
int turbo_dev_copy_vms(struct sched_turbo_vm **out);

#endif /* SCHED_TURBO_DEV_H */
