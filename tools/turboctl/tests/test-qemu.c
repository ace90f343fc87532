// SPDX-License-Identifier: GPL-2.0
/*
 * QEMU's command line and its monitor
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fake.h"

#define QEMU	"qemu --print -- qemu -accel kvm "

static void grows_smp(void **state)
{
	static const struct {
		const char *smp;
		const char *grown;
		const char *turbo;
	} good[] = {
		{ "1", "cpus=2,maxcpus=2", "=1" },
		{ "cpus=3", "cpus=4,maxcpus=4", "=3" },
		{ "2,maxcpus=8", "cpus=3,maxcpus=9", "=2" },
		{ "maxcpus=4", "cpus=5,maxcpus=5 -smbios", "=4" },
		{ "4,sockets=1,cores=4,threads=1", "cpus=5,maxcpus=5,sockets=1,cores=5,threads=1", "=4" },
		{ "4,cores=4", "cpus=5,maxcpus=5,sockets=1,cores=5,threads=1", "=4" },
		{ "sockets=4", "cpus=5,maxcpus=5,sockets=5,cores=1,threads=1", "=4" },
		{ "2,sockets=2,maxcpus=2", "cpus=3,maxcpus=3,sockets=3,cores=1,threads=1", "=2" },
	};
	static const char * const bad[] = {
		"0", "x", "", "1,", "2,3", "cpus=1,cpus=2", "2,maxcpus=1",
		"4,sockets=2,cores=2,threads=1", "8,threads=2", "2,colour=3",
		"9999", "4,sockets=3,cores=1,threads=1",
	};
	char *line;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		line = xprintf(QEMU "-smp %s", good[i].smp);
		if (call_turboctl(line))
			fail_msg("%s: %s", line, fake_err);
		assert_said(fake_out, good[i].grown);
		free(line);
		line = xprintf("turbo_vcpus%s -qmp unix:", good[i].turbo);
		assert_said(fake_out, line);
		free(line);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		line = xprintf(QEMU "-smp %s", *bad[i] ? bad[i] : ",");
		if (call_turboctl(line) != EX_FAILED)
			fail_msg("'%s' was taken: %s", line, fake_out);
		assert_said(fake_err, "turboctl: -smp ");
		free(line);
	}
}

static void understands_lines(void **state)
{
	(void)state;
	assert_int_equal(call_turboctl("qemu --turbo 2 --print -- qemu -enable-kvm -nographic disk"), EX_OK);
	assert_said(fake_out, "qemu -enable-kvm -nographic disk -smp cpus=3,maxcpus=3 -smbios type=11,value=sched_turbo:1:turbo_vcpus=1-2 -qmp");
	/* What looks like an option may be a word of one. */
	assert_int_equal(call_turboctl(QEMU "-append -smp 5"), EX_OK);
	assert_said(fake_out, "-append -smp 5 -smp cpus=2,");
	assert_int_equal(call_turboctl("qemu --print -- qemu --machine q35,accel=kvm"), EX_OK);
}

static void refuses_lines(void **state)
{
	static const char * const bad[] = {
		"qemu --print -- qemu", "qemu --print -- qemu -accel tcg",
		"qemu --print -- qemu -append accel=kvm",
		QEMU "-smp 1 -smp 2", QEMU "-smp", QEMU "-preconfig",
		QEMU "-readconfig f", QEMU "-numa node,cpus=0",
		QEMU "-smbios type=11,value=sched_turbo:1:turbo_vcpus=1",
	};
	static const char * const usage[] = {
		"qemu", "qemu --turbo 0 -- q", "qemu --weight x -- q",
		"qemu --slice 1s -- q", "qemu --nonsense",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (call_turboctl(bad[i]) != EX_FAILED)
			fail_msg("'%s' was taken", bad[i]);
		assert_true(*fake_err);
	}
	for (size_t i = 0; i < ARRAY_SIZE(usage); i++)
		assert_int_equal(call_turboctl(usage[i]), EX_USAGE);
	/* Before it starts anything. */
	assert_int_equal(call_turboctl("qemu -- /no/such -accel kvm"), EX_FAILED);
	assert_said(fake_err, "no turbo core");
	fake.open_error = ENOENT;
	assert_int_equal(call_turboctl("qemu -- /no/such -accel kvm"), EX_FAILED);
	assert_said(fake_err, "the module is not loaded");
}

/* A monitor that says these lines, one for each that it gets. */
struct monitor {
	pthread_t thread;
	char *path;
	int listener;
	const char * const *lines;
};

static void *serve(void *arg)
{
	struct monitor *m = arg;
	int fd = accept(m->listener, NULL, NULL);
	char buf[256];

	for (const char * const *line = m->lines; *line; line++) {
		if (line != m->lines && read(fd, buf, sizeof(buf)) <= 0)
			break;
		assert_true(write(fd, *line, strlen(*line)) > 0);
	}
	close(fd);
	return NULL;
}

static int ask(const char * const *lines)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	struct monitor m = { .lines = lines };
	char *line;
	int ret;

	m.path = xprintf("%s/qmp", fake.root);
	unlink(m.path);
	memcpy(addr.sun_path, m.path, strlen(m.path) + 1);
	m.listener = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_int_equal(bind(m.listener, (struct sockaddr *)&addr,
			      sizeof(addr)), 0);
	assert_int_equal(listen(m.listener, 1), 0);
	assert_int_equal(pthread_create(&m.thread, NULL, serve, &m), 0);
	line = xprintf("attach --turbo-vcpu 1 --qmp %s", m.path);
	ret = call_turboctl(line);
	pthread_join(m.thread, NULL);
	close(m.listener);
	free(m.path);
	free(line);
	return ret;
}

#define HELLO	"{\"QMP\": {\"version\": {}}}\r\n"
#define EVENT	"{\"event\": \"RESUME\", \"data\": {}}\r\n"
#define DONE	"{\"return\": {}}\r\n"

static void asks_the_monitor(void **state)
{
	static const char * const good[] = {
		HELLO, EVENT DONE, EVENT "{\"return\": [{\"cpu-index\": 0, \"thread-id\": 4702}, {\"thread-id\": 4703, \"cpu-index\": 1}]}\r\n", NULL,
	};
	static const char * const others_thread[] = {
		HELLO, DONE, "{\"return\": [{\"cpu-index\": 1, \"thread-id\": 1}]}\r\n", NULL,
	};
	static const char * const no_vcpu[] = {
		HELLO, DONE, "{\"return\": [{\"cpu-index\": 0, \"thread-id\": 4702}]}\r\n", NULL,
	};
	static const char * const bad[][4] = {
		{ NULL }, { "hello\n" }, { "[]\n" }, { DONE }, { HELLO },
		{ HELLO, "{\"error\": {}}\r\n" }, { HELLO, DONE, DONE },
		{ HELLO, DONE, "{\"return\": [3, {\"cpu-index\": \"1\"}]}\n" },
		{ HELLO, DONE, "{\"return\": [{\"cpu-index\": 1, \"thread-id\": -1}]}\n" },
	};

	(void)state;
	fake_add_core(3, 0);
	/* The other end is this process. */
	fake_thread(getpid(), 4702, "qemu", "0-3");
	fake_thread(getpid(), 4703, "qemu", "0-3");
	assert_int_equal(ask(good), EX_OK);
	assert_string_equal(fake_out, "thread 4703 is under SCHED_TURBO\n");
	assert_int_equal(fake.nr_attached, 1);
	fake.nr_attached = 0;
	assert_int_equal(ask(others_thread), EX_FAILED);
	assert_said(fake_err, "thread 1 of vCPU 1 is none of process");
	assert_int_equal(ask(no_vcpu), EX_FAILED);
	assert_said(fake_err, "there is no vCPU 1, only 0");
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (ask(bad[i]) != EX_FAILED)
			fail_msg("%zu was taken", i);
		assert_true(*fake_err);
	}
	assert_int_equal(fake.nr_attached, 0);
	assert_int_equal(call_turboctl("attach --turbo-vcpu 1 --qmp /no/such"),
			 EX_FAILED);
	assert_said(fake_err, "/no/such: No such file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(grows_smp, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(understands_lines, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(refuses_lines, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(asks_the_monitor, fake_setup,
						fake_teardown),
	};

	return cmocka_run_group_tests_name("qemu", tests, NULL, NULL);
}
