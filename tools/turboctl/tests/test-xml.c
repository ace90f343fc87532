// SPDX-License-Identifier: GPL-2.0
/*
 * Libvirt domains, with turbo vCPUs and without
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake.h"
#include "fs.h"
#include "input.h"
#include "topology.h"

#define HEAD	"<domain type='kvm'>\n  <name>web</name>\n"
#define OS	"  <os>\n    <type arch='x86_64'>hvm</type>\n  </os>\n"
#define TAIL	OS "</domain>"
#define CORES	" --cores 3 --host 0-3"

/* Runs "xml" with @options for @domain, which gets a newline at its end. */
static int call_xml(const char *options, const char *domain)
{
	char *line = xprintf("xml %s %s/d.xml", options, fake.root);
	int ret;

	fake_put("/d.xml", domain);
	ret = call_turboctl(line);
	free(line);
	return ret;
}

static void there_and_back(void **state)
{
	static const char * const domains[] = {
		HEAD "  <vcpu>1</vcpu>\n" TAIL,
		/* No <vcpu> is one. */
		HEAD TAIL,
		HEAD "  <vcpu placement='static' current=\"2\"  > 4 </vcpu> <!-- four -->\n" TAIL,
		HEAD "  <vcpu cpuset='0-3,^1'>2</vcpu>\n" TAIL,
		HEAD "  <!-- a -->\n\t<vcpu>2</vcpu>\n  <cputune/>\n" TAIL,
		HEAD "  <vcpu>2</vcpu>\n  <iothreads>2</iothreads>\n  <cputune>\n    <vcpupin vcpu='0' cpuset='2-3'/><!-- x -->\n    <emulatorpin cpuset='1,3'/>\n    <iothreadpin iothread='2' cpuset='0'/>\n    <shares>100</shares>\n  </cputune>\n" TAIL,
		HEAD "  <vcpu>2</vcpu>\n  <iothreads>3</iothreads>\n  <iothreadids>\n    <iothread id='7'/>\n  </iothreadids>\n" TAIL,
		HEAD "  <metadata>\n    <a:b xmlns:a='urn:a'>&lt;<![CDATA[<x>]]></a:b>\n  </metadata>\n  <vcpu>1</vcpu>\n" TAIL,
		HEAD "  <vcpu>4</vcpu>\n  <cpu><topology sockets='1' cores='2' threads='2'/>\n    <numa>\n      <cell id='0' memory='1'/>\n      <cell id='1' cpus='0-3' memory='1'/></numa></cpu>\n" OS "</domain>",
		"<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<!-- c -->\r\n<domain type=\"kvm\">\r\n\t<name>w\xc3\xa4</name>\r\n\t<vcpu>1</vcpu>\r\n\t<os>\r\n\t\t<type>hvm</type>\r\n\t</os>\r\n</domain>\r\n<!-- end -->",
		"<domain type='kvm'><name>n</name><vcpu>1</vcpu><os><type>hvm</type></os></domain>",
		HEAD "  <vcpu>1</vcpu>\n  <sysinfo type='smbios'>\n    <bios><entry name='vendor'>x</entry></bios>\n  </sysinfo>\n  <os>\n    <type>hvm</type>\n    <smbios mode='sysinfo'/>\n  </os>\n</domain>",
		HEAD "  <vcpu>1</vcpu>\n  <sysinfo type='smbios'>\n    <oemStrings>\n      <entry>x</entry>\n    </oemStrings>\n  </sysinfo>\n  <os>\n    <smbios mode='sysinfo'/>\n    <type>hvm</type>\n  </os>\n</domain>",
		HEAD "  <vcpu>1</vcpu>\n  <os>\n    <smbios mode='emulate'/>\n    <type>hvm</type>\n  </os>\n</domain>",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(domains); i++) {
		const char *options = i == 8 ? "--turbo 2" CORES :
				      "--weight 77 --slice 1ms" CORES;
		char *before = xprintf("%s\n", domains[i]), *turbo;

		if (call_xml(options, domains[i]))
			fail_msg("%zu: %s", i, fake_err);
		turbo = xstrdup(fake_out);
		assert_string_not_equal(turbo, before);
		assert_said(turbo, "turbo_vcpus=");
		/* Twice is once. */
		turbo[strlen(turbo) - 1] = '\0';
		if (call_xml(options, turbo))
			fail_msg("%zu, again: %s", i, fake_err);
		assert_int_equal(strncmp(fake_out, turbo, strlen(turbo)), 0);
		/* Nothing told is nothing changed. */
		assert_int_equal(call_xml("", turbo), EX_OK);
		assert_int_equal(strncmp(fake_out, turbo, strlen(turbo)), 0);
		assert_int_equal(call_xml("--undo", turbo), EX_OK);
		assert_string_equal(fake_out, before);
		assert_silent();
		free(before);
		free(turbo);
	}
}

static void changes_all_places(void **state)
{
	(void)state;
	assert_int_equal(call_xml("--slice 200 --weight 5" CORES,
			     HEAD "  <vcpu current='1'>2</vcpu>\n  <iothreads>1</iothreads>\n" TAIL),
			 EX_OK);
	assert_said(fake_out, "<turbo:domain xmlns:turbo='urn:sched-turbo:domain:1' vcpus='1' slice='200us'>");
	assert_said(fake_out, "<vcpu current='2'>3</vcpu>");
	assert_said(fake_out, "<emulatorpin cpuset='0-2'/>");
	assert_said(fake_out, "<iothreadpin iothread='1' cpuset='0-2'/>");
	assert_said(fake_out, "<shares>5</shares>");
	assert_said(fake_out, "<smbios mode='sysinfo'/>");
	assert_said(fake_out, "<entry>sched_turbo:1:turbo_vcpus=1</entry>");
	/* The cores of the configuration, or of the module before it. */
	fake_put("/etc/sched_turbo.conf", "cores = 2");
	assert_int_equal(call_xml("", HEAD TAIL), EX_OK);
	assert_said(fake_out, "<emulatorpin cpuset='0-1,3'/>");
	fake_add_core(1, 0);
	assert_int_equal(call_xml("", HEAD TAIL), EX_OK);
	assert_said(fake_out, "<emulatorpin cpuset='0,2-3'/>");
	fake.nr_cores = 0;
	fake_remove("/etc/sched_turbo.conf");
	assert_int_equal(call_xml("", HEAD TAIL), EX_OK);
	assert_null(strstr(fake_out, "emulatorpin"));
	assert_said(fake_err, "note: which CPUs are turbo cores is not known");
}

static void refuses(void **state)
{
	static const struct {
		const char *domain;
		const char *why;
	} bad[] = {
		{ "", ":2: Start tag expected" },
		{ "<a>", ":2: " },
		{ "<network/>", ":1: <network> is no <domain>" },
		{ "<!DOCTYPE a [<!ENTITY b '<vcpu/>'>]>\n" HEAD "&b;" TAIL, ":1: there is a <!DOCTYPE>" },
		{ "<?xml version='1.0' encoding='latin1'?>" HEAD TAIL, "encoding" },
		{ "<domain type='qemu'>" TAIL, ":1: type 'qemu'" },
		{ HEAD "</domain>", ":1: there is no <os>" },
		{ HEAD "<os><type arch='ppc64'>hvm</type></os></domain>", ":3: arch 'ppc64'" },
		{ HEAD "<vcpu>many</vcpu>" TAIL, ":3: vcpu 'many' is no number" },
		{ HEAD "\n<vcpu\n current='3'>2</vcpu>" TAIL, ":4: current '3' is no number from 1 to 2" },
		{ HEAD "<vcpus/>" TAIL, ":3: <vcpus>" },
		{ HEAD "<vcpu>4</vcpu>\n<cpu><topology sockets='2' cores='2' threads='1'/></cpu>" TAIL, ":4: <topology> of 2 sockets" },
		{ HEAD "<vcpu current='1'>2</vcpu>\n<cputune>\n<vcpupin vcpu='1' cpuset='1'/></cputune>" TAIL, ":5: <vcpupin> is about vCPU 1" },
		{ HEAD "<cputune>\n<emulatorpin cpuset='3'/></cputune>" TAIL, ":4: <emulatorpin> is pinned to 3" },
		{ HEAD "<cputune>\n<emulatorpin cpuset='x'/></cputune>" TAIL, ":4: cpuset 'x'" },
		{ HEAD "<os><type>hvm</type>\n<smbios mode='host'/></os></domain>", ":4: smbios mode 'host'" },
		{ HEAD "<sysinfo type='smbios'/>" TAIL, ":3: <sysinfo type='smbios'> has no effect" },
		{ HEAD "<sysinfo type='smbios'><oemStrings>\n<entry>sched_turbo:1:turbo_vcpus=0</entry></oemStrings></sysinfo>" TAIL, ":4: the guest is told" },
		{ HEAD "<metadata><t:domain xmlns:t='urn:sched-turbo:domain:1'/></metadata>" TAIL, ":3: <turbo:domain> has no vcpus" },
		{ HEAD "<vcpu>2</vcpu><metadata><t:domain xmlns:t='urn:sched-turbo:domain:1' vcpus='2'/></metadata>" TAIL, ":3: there is no vCPU 2, only 0 to 1" },
		{ HEAD "<metadata><t:domain xmlns:t='urn:sched-turbo:domain:1' vcpus='0'/></metadata>" TAIL, ":3: no regular vCPU" },
		{ HEAD "<vcpu>2</vcpu><metadata><t:domain xmlns:t='urn:sched-turbo:domain:1' vcpus='1' slice='1s'/></metadata>" TAIL, ":3: slice '1s'" },
		{ HEAD "<vcpu>2</vcpu><metadata><t:domain xmlns:t='urn:sched-turbo:domain:1' vcpus='1' weight='0'/></metadata>" TAIL, ":3: weight '0'" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (call_xml(CORES, bad[i].domain) != EX_FAILED)
			fail_msg("'%s' was taken", bad[i].domain);
		assert_said(fake_err, bad[i].why);
		assert_string_equal(fake_out, "");
	}
	assert_int_equal(call_xml("--cores 4 --host 0-3", HEAD TAIL), EX_FAILED);
	assert_said(fake_err, "turbo cores 4 are not some of the host's CPUs, 0-3");
	assert_int_equal(call_xml("--undo", HEAD "<vcpu>2</vcpu><metadata><t:domain xmlns:t='urn:sched-turbo:domain:1' vcpus='1'/></metadata>" TAIL),
			 EX_FAILED);
	assert_said(fake_err, ":3: this <turbo:domain> was not made by turboctl xml");
}

static void refuses_usage(void **state)
{
	static const char * const bad[] = {
		"xml --turbo 0", "xml --turbo x", "xml --slice 1s", "xml a b",
		"xml --weight 10001", "xml --cores x", "xml --undo --turbo 2",
		"xml --in-place", "xml --in-place -", "xml --nonsense",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(call_turboctl(bad[i]), EX_USAGE);
	assert_int_equal(call_turboctl("xml /no/such/file"), EX_FAILED);
	assert_said(fake_err, "/no/such/file: No such file");
}

static void keeps_what_others_added(void **state)
{
	char *turbo, *cut;

	(void)state;
	assert_int_equal(call_xml(CORES, HEAD "  <vcpu>1</vcpu>\n" TAIL), EX_OK);
	cut = strstr(fake_out, "<emulatorpin");
	assert_non_null(cut);
	turbo = xprintf("%.*s<vcpupin vcpu='0' cpuset='1'/>\n    %s",
			(int)(cut - fake_out), fake_out, cut);
	assert_int_equal(call_xml("--undo", turbo), EX_OK);
	assert_said(fake_out, "<vcpupin vcpu='0' cpuset='1'/>");
	assert_said(fake_err, "<cputune> stays");
	assert_null(strstr(fake_out, "turbo"));
	free(turbo);
}

static void in_place(void **state)
{
	char *full = xprintf("%s/d.xml", fake.root), *text;

	(void)state;
	assert_int_equal(call_xml("--in-place" CORES, HEAD TAIL), EX_OK);
	assert_string_equal(fake_out, "");
	text = input_read_file(full);
	assert_said(text, "turbo_vcpus=1");
	free(text);
	assert_int_equal(call_xml("--in-place" CORES, "<a>"), EX_FAILED);
	assert_file("/d.xml", "<a>");
	free(full);
}

/* Against the definition: any number of vCPUs that fits is found. */
static void topology(void **state)
{
	unsigned int level[TOPOLOGY_LEVELS], s, c, t, n;
	enum topology_level grown;

	(void)state;
	for (s = 1; s <= 4; s++)
		for (c = 1; c <= 4; c++)
			for (t = 1; t <= 3; t++)
				for (n = s * c * t + 1; n <= 64; n++) {
					bool fits = !(n % (c * t)) ||
						    !(n % (s * t));

					memcpy(level, (unsigned int[]){
					       s, 1, 1, c, t }, sizeof(level));
					assert_int_equal(!topology_grow(level,
							 n, &grown), fits);
					if (fits)
						assert_int_equal(level[0] *
							level[3] * level[4], n);
					assert_int_equal(level[4], t);
				}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(there_and_back, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(changes_all_places, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(refuses, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(refuses_usage, fake_setup,
						fake_teardown),
		cmocka_unit_test_setup_teardown(keeps_what_others_added,
						fake_setup, fake_teardown),
		cmocka_unit_test_setup_teardown(in_place, fake_setup,
						fake_teardown),
		cmocka_unit_test(topology),
	};

	return cmocka_run_group_tests_name("xml", tests, NULL, NULL);
}
