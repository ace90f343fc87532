// SPDX-License-Identifier: GPL-2.0
/* vm.c - real vCPU threads */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"
#include "tap.h"
#include "vm.h"

/* Its vCPUs are in their guest programs by then, on any machine. */
#define START_MS	60000

void vm_spawn(struct vm *vm, int nr, const char *mode, const char *cpu)
{
	char vcpus[16], path[64];
	int fd[2];

	memset(vm, 0, sizeof(*vm));
	snprintf(vcpus, sizeof(vcpus), "%d", nr);
	fflush(NULL);
	if (pipe(fd))
		abort();
	vm->pid = fork();
	if (vm->pid < 0)
		abort();
	if (!vm->pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(fd[1], STDOUT_FILENO);
		close(fd[0]);
		close(fd[1]);
		execl(build_path("tests/guest/micro/microguest"), "microguest",
		      "--mode", mode, "--vcpus", vcpus, cpu ? "--cpu" : NULL,
		      cpu, NULL);
		perror("microguest");
		_exit(1);
	}
	close(fd[1]);
	vm->fd = fd[0];
	vm->nr = nr;
	/* its second thread comes when exec, which ends a VM, is long over */
	snprintf(path, sizeof(path), "/proc/%d/status", vm->pid);
	await(SOON, ({
		char *status = file_read(path);
		char *threads = status ? strstr(status, "\nThreads:") : NULL;
		bool is = threads && atoi(threads + strlen("\nThreads:")) > 1;

		free(status);
		is;
	}));
}

bool vm_wait(struct vm *vm)
{
	char line[4096], *at = line;
	ssize_t n = 0;
	int i;

	/* one line, with all threads, when all are in their guest programs */
	if (poll(&(struct pollfd){ .fd = vm->fd, .events = POLLIN }, 1,
		 START_MS) == 1)
		n = read(vm->fd, line, sizeof(line) - 1);
	close(vm->fd);
	line[n > 0 ? n : 0] = 0;
	for (i = 0; i < vm->nr; i++) {
		at = strstr(at, "\"tid\":");
		if (!at)
			break;
		at += strlen("\"tid\":");
		vm->tid[i] = atoi(at);
	}
	if (i == vm->nr)
		return true;
	ok(false, "a micro guest runs: \"%s\"", line);
	vm_end(vm);
	return false;
}

bool vm_start(struct vm *vm, int nr, const char *mode)
{
	vm_spawn(vm, nr, mode, NULL);
	return vm_wait(vm);
}

void vm_end(struct vm *vm)
{
	if (!vm->pid)
		return;
	kill(vm->pid, SIGKILL);
	waitpid(vm->pid, NULL, 0);
	vm->pid = 0;
}
