// SPDX-License-Identifier: GPL-2.0
/*
 * Run: attaching, exit status, signals
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fake.h"

static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };

/* turboctl in a process of its own, as it blocks signals and may be killed. */
static pid_t start_argv(char **argv)
{
	pid_t pid;
	int argc = 0;

	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid)
		return pid;
	while (argv[argc])
		argc++;
	/* A shell in the background starts us with SIGINT ignored. */
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		signal(signals[i], SIG_DFL);
	_exit(turboctl_main(argc, argv));
}

#define start(...) start_argv((char *[]) { "turboctl", "run", __VA_ARGS__, NULL })

static int finish(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int run(const char *shell)
{
	char *copy = xstrdup(shell);
	int ret = finish(start("--", "sh", "-c", copy));

	free(copy);
	return ret;
}

static void exit_status(void **state)
{
	(void)state;
	fake_add_core(3, 0);
	assert_int_equal(run("exit 0"), 0);
	assert_int_equal(run("exit 1"), 1);
	assert_int_equal(run("exit 77"), 77);
	assert_int_equal(run("kill -TERM $$"), 128 + SIGTERM);
	assert_int_equal(run("kill -KILL $$"), 128 + SIGKILL);
}

static void no_such_command(void **state)
{
	(void)state;
	fake_add_core(3, 0);
	assert_int_equal(finish(start("/nonexistent/command")), 127);
	assert_int_equal(finish(start("/")), 126);
}

/* Its own options, and those of the command. */
static void options(void **state)
{
	(void)state;
	fake_add_core(3, 0);
	assert_int_equal(finish(start("--slice", "200us", "sh", "-c",
				      "exit $#", "--slice", "--help", "x")), 2);
}

/* Refused before it could start. */
static void no_core(void **state)
{
	char *mark = xprintf("touch %s/started", fake.root);
	char *path = xprintf("%s/started", fake.root);

	(void)state;
	assert_int_equal(run(mark), EX_FAILED);
	assert_int_not_equal(access(path, F_OK), 0);
	free(mark);
	free(path);
}

/* Refused afterwards: it does not go on without the policy. */
static void attach_refused(void **state)
{
	char *mark = xprintf("sleep 5; touch %s/went-on", fake.root);
	char *path = xprintf("%s/went-on", fake.root);

	(void)state;
	fake_add_core(3, 0);
	fake.fail[1] = ENOMEM;
	assert_int_equal(run(mark), EX_FAILED);
	assert_int_not_equal(access(path, F_OK), 0);
	free(mark);
	free(path);
}

/* Ended before it could be attached: that is its own business. */
static void ended_early(void **state)
{
	(void)state;
	fake_add_core(3, 0);
	fake.fail[1] = ESRCH;
	assert_int_equal(run("exit 5"), 5);
}

/* The command is attached after the exec, and it is the command. */
static void attaches_command(void **state)
{
	char comm[32] = "", path[64];
	pid_t *tid, pid;
	FILE *f;

	(void)state;
	/* Shared with the child, in which the fake module runs. */
	tid = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(tid != MAP_FAILED);
	fake_add_core(3, 0);
	fake.attached_tid = tid;
	pid = start("sleep", "0.5");
	for (int i = 0; i < 500 && !__atomic_load_n(tid, __ATOMIC_ACQUIRE); i++)
		usleep(10000);
	assert_int_not_equal(*tid, 0);
	assert_int_not_equal(*tid, pid);
	snprintf(path, sizeof(path), "/proc/%d/comm", *tid);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(fgets(comm, sizeof(comm), f));
	fclose(f);
	assert_string_equal(comm, "sleep\n");
	assert_int_equal(finish(pid), 0);
	munmap(tid, 4096);
}

/* What is sent to turboctl arrives at the command. */
static void passes_signals(void **state)
{
	(void)state;
	fake_add_core(3, 0);
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		char *shell = xprintf("trap 'exit 42' TERM INT HUP USR1; touch %s/ready%zu; for i in $(seq 3000); do sleep 0.01; done",
				      fake.root, i);
		char *ready = xprintf("%s/ready%zu", fake.root, i);
		pid_t pid = start("sh", "-c", shell);

		for (int t = 0; t < 500 && access(ready, F_OK); t++)
			usleep(10000);
		kill(pid, signals[i]);
		assert_int_equal(finish(pid), 42);
		free(shell);
		free(ready);
	}
}

/* The command must not inherit what run does to its own signals. */
static void clean_signals(void **state)
{
	(void)state;
	fake_add_core(3, 0);
	assert_int_equal(run("grep -q 'SigBlk:.*0000000000000000' /proc/self/status"),
			 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(exit_status),
		TEST(no_such_command),
		TEST(options),
		TEST(no_core),
		TEST(attach_refused),
		TEST(ended_early),
		TEST(attaches_command),
		TEST(passes_signals),
		TEST(clean_signals),
	};

	return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
