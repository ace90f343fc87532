// SPDX-License-Identifier: GPL-2.0
/*
 * Domains by somebody who means harm, and some that just went wrong: whatever
 * comes in, it is refused with a reason or it is changed, and the hook lets a
 * domain start.  The sanitizers look on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake.h"
#include "fs.h"

#define ROUNDS	3000
#define UUID	"4dea22b3-1d52-d8f3-2516-782e98ab3fa0"
#define HEAD	"<domain type='kvm'>\n  <name>web</name>\n  <uuid>" UUID "</uuid>\n"
#define OS	"  <os>\n    <type arch='x86_64'>hvm</type>\n  </os>\n"
#define META	"  <metadata>\n    <turbo:domain xmlns:turbo='urn:sched-turbo:domain:1' vcpus='1'>\n      <turbo:undo cores='3'>\n        <turbo:was path='vcpu'>1</turbo:was>\n        <turbo:new path='cputune/emulatorpin'/>\n        <turbo:new path='metadata'/>\n      </turbo:undo>\n    </turbo:domain>\n  </metadata>\n"
#define TUNE	"  <vcpu placement='static' current='2'>3</vcpu>\n  <iothreads>1</iothreads>\n  <cputune>\n    <emulatorpin cpuset='0-2'/>\n    <vcpupin vcpu='0' cpuset='0-3'/>\n  </cputune>\n"
#define CPU	"  <cpu><topology sockets='3' cores='1' threads='1'/><numa><cell id='0' cpus='0-2' memory='1'/></numa></cpu>\n"

static const char * const domains[] = {
	HEAD META TUNE OS CPU "</domain>", HEAD TUNE OS CPU "</domain>",
};

static const char * const tokens[] = {
	"<!DOCTYPE a [<!ENTITY b '<vcpu>9</vcpu>'>]>", "&b;", "&#0;", "&#x10ffff;",
	"<![CDATA[", "]]>", "<!--", "-->", "<?xml version='1.0' encoding='ISO-8859-1'?>",
	"<?x ?>", "\xe4", "\xc3\xa4", "xmlns:turbo='urn:sched-turbo:domain:2'",
	"xmlns='urn:x'", "path='//*[count(//*) > count(//*/..)]'", "path='/'",
	"path='..'", "path='//@*'", "<turbo:undo>", "</turbo:undo>", "'", "\"",
	"/>", "<", ">", "=", "<vcpu>", "</vcpu>", "4294967297", "-1", "99999",
	"0-4095", "<vcpu>512</vcpu>", "\t", "\n", "\r\n", "<a:b/>", "urn:sched-turbo:domain:1",
};

static unsigned int seed = 5;

static unsigned int below(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % n;
}

/* Some bytes gone, doubled, of another value, or a token more. */
static char *mutate(const char *domain)
{
	char *text = xstrdup(domain), *new;
	unsigned int times = 1 + below(4);

	while (times--) {
		size_t len = strlen(text), at = below(len), n = 1 + below(40);

		if (at + n > len)
			n = len - at;
		switch (below(4)) {
		case 0:
			new = xprintf("%.*s%s", (int)at, text, text + at + n);
			break;
		case 1:
			new = xprintf("%.*s%s", (int)(at + n), text, text + at);
			break;
		case 2:
			new = xstrdup(text);
			new[at] = 1 + below(255);
			break;
		default:
			new = xprintf("%.*s%s%s", (int)at, text,
				      tokens[below(ARRAY_SIZE(tokens))],
				      text + at);
			break;
		}
		free(text);
		text = new;
		if (!*text)
			break;
	}
	return text;
}

static int call(const char *options, const char *domain)
{
	char *line = xprintf("xml %s %s/d.xml", options, fake.root);
	int ret;

	fake_put("/d.xml", domain);
	ret = call_turboctl(line);
	free(line);
	if (ret == EX_OK)
		return ret;
	assert_int_equal(ret, EX_FAILED);
	assert_string_equal(fake_out, "");
	assert_string_not_equal(fake_err, "");
	return ret;
}

static void changes_or_refuses(void **state)
{
	unsigned int changed = 0;

	(void)state;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		char *text = mutate(domains[i % ARRAY_SIZE(domains)]), *out;

		if (call("--turbo 1 --cores 3 --host 0-3", text) == EX_OK) {
			changed++;
			out = xstrdup(fake_out);
			/* What comes out can go in. */
			if (call("", out))
				fail_msg("%s: of\n%s\nis made\n%s", fake_err, text, out);
			call("--undo", out);
			free(out);
		}
		call("--undo", text);
		free(text);
	}
	/* Or this would test the parser only. */
	assert_in_range(changed, ROUNDS / 20, ROUNDS);
}

/* Its depth, its size or its paths are to take all there is. */
static void takes_no_time(void **state)
{
	char *deep = xstrdup(""), *old, *domain;

	(void)state;
	for (int i = 0; i < 12; i++) {
		old = deep;
		deep = xprintf("<a>%s%s</a>", old, old);
		free(old);
	}
	domain = xprintf(HEAD "<metadata>%s</metadata>" OS "</domain>", deep);
	call("--turbo 1 --cores 3 --host 0-3", domain);
	free(domain);
	domain = xprintf(HEAD "<metadata>%s<turbo:domain xmlns:turbo='urn:sched-turbo:domain:1' vcpus='1'><turbo:undo><turbo:new path='//*[count(//*[count(//*) > 1]) > 1]'/></turbo:undo></turbo:domain></metadata><vcpu>2</vcpu>" OS "</domain>", deep);
	assert_int_equal(call("--undo", domain), EX_OK);
	assert_said(fake_err, "left alone");
	free(domain);
	free(deep);
	deep = xalloc(NULL, 3 * 100000 + 1, 1);
	for (int i = 0; i < 100000; i++)
		memcpy(deep + 3 * i, "<a>", 3);
	deep[3 * 100000] = '\0';
	assert_int_equal(call("", deep), EX_FAILED);
	free(deep);
}

static int start_vm(void **state)
{
	char *path;
	FILE *f;

	fake_setup(state);
	fake_thread(4700, 4702, "CPU 0/KVM", "0-3");
	fake_thread(4700, 4703, "CPU 1/KVM", "0-3");
	fake_put("/run/libvirt/qemu/web.pid", "4700");
	path = xprintf("%s/proc/4700/cmdline", fake.root);
	f = fopen(path, "w");
	assert_non_null(f);
	fwrite("qemu\0-uuid\0" UUID "\0", 1, 11 + sizeof(UUID), f);
	fclose(f);
	free(path);
	fake_add_core(3, 0);
	return 0;
}

static void hook_lets_start(void **state)
{
	char *path = xprintf("%s/stdin.xml", fake.root);
	unsigned int attached = 0;

	(void)state;
	for (unsigned int i = 0; i < ROUNDS; i++) {
		char *text = mutate(domains[0]);

		fake.nr_attached = 0;
		fake_put("/stdin.xml", text);
		assert_non_null(freopen(path, "r", stdin));
		assert_int_equal(call_turboctl("hook web started begin -"), EX_OK);
		assert_string_equal(fake_out, "");
		assert_in_range(fake.nr_attached, 0, 1);
		if (fake.nr_attached) {
			attached++;
			assert_int_equal(fake.attached[0].tid, 4703);
		}
		free(text);
	}
	free(path);
	assert_in_range(attached, ROUNDS / 50, ROUNDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(changes_or_refuses, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(takes_no_time, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(hook_lets_start, start_vm,
						fake_teardown),
	};

	return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
