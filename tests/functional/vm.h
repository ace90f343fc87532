/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vm.h - real vCPU threads: micro guests (tests/guest/micro)
 */
#ifndef VM_H
#define VM_H

#include <stdbool.h>
#include <sys/types.h>

#define VM_VCPUS_MAX	16

/**
 * struct vm - a running micro guest
 * @pid: the process
 * @nr: number of vCPUs
 * @tid: their threads
 * @fd: what it says
 */
struct vm {
	pid_t pid;
	int nr;
	pid_t tid[VM_VCPUS_MAX];
	int fd;
};

/* A guest whose @nr vCPUs do @mode ("hog", "hlt").  False: not here. */
bool vm_start(struct vm *vm, int nr, const char *mode);

/*
 * The same in two steps, the first of which ends when the program is there and
 * its guest may not run yet; @cpu is where its vCPUs run.
 */
void vm_spawn(struct vm *vm, int nr, const char *mode, const char *cpu);
bool vm_wait(struct vm *vm);
void vm_end(struct vm *vm);

#endif /* VM_H */
