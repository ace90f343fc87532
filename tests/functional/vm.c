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

bool vm_start(struct vm *vm, int nr, const char *mode)
{
	char line[4096], vcpus[16], *at = line;
	int fd[2], i;
	ssize_t n = 0;

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
		      "--mode", mode, "--vcpus", vcpus, NULL);
		perror("microguest");
		_exit(1);
	}
	close(fd[1]);
	/* one line, with all threads, when all are in their guest programs */
	if (poll(&(struct pollfd){ .fd = fd[0], .events = POLLIN }, 1,
		 START_MS) == 1)
		n = read(fd[0], line, sizeof(line) - 1);
	close(fd[0]);
	line[n > 0 ? n : 0] = 0;
	for (i = 0; i < nr; i++) {
		at = strstr(at, "\"tid\":");
		if (!at)
			break;
		at += strlen("\"tid\":");
		vm->tid[i] = atoi(at);
	}
	vm->nr = i;
	if (i == nr)
		return true;
	note("microguest does not run: \"%s\"", line);
	vm_end(vm);
	return false;
}

void vm_end(struct vm *vm)
{
	if (!vm->pid)
		return;
	kill(vm->pid, SIGKILL);
	waitpid(vm->pid, NULL, 0);
	vm->pid = 0;
}
