// SPDX-License-Identifier: GPL-2.0
/*
 * microguest.c - runs one micro guest and reports what it did
 *
 * Prints a line of JSON with the threads' ids once every vCPU runs its guest
 * program, one at each SIGUSR1, and one at the end, which is after --seconds or
 * at SIGTERM or SIGINT.  Counts are those since the first line.
 */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "irqsource.h"
#include "microvm.h"
#include "report.h"
#include "threadattr.h"

static struct {
	unsigned int vcpus;
	const char *mode;
	double period_us;
	double busy_us;
	bool irqfd;
	const char *irq_cpu;
	double seconds;
	char *cpu[MICROVM_VCPUS_MAX];
	unsigned int nr_cpu;
	bool set_nice;
	int nice;
	double slice_us;
	const char *cgroup;
	const char *status;
} opt = {
	.vcpus = 1,
	.mode = "hog",
	.period_us = 1000,
};

static void usage(FILE *f)
{
	fputs("usage: microguest [options]\n"
	      "\n"
	      "  --vcpus N       1 to 16 (1)\n"
	      "  --mode hog      every vCPU works without end (the default)\n"
	      "         hlt      it sleeps but for an interrupt each --period\n"
	      "         duty     it sleeps but for --busy of work each --period\n"
	      "  --period US     (1000)\n"
	      "  --busy US       work, in time it takes if nobody interrupts it\n"
	      "  --irqfd         interrupts come from the host, by irqfd, and not from the\n"
	      "                  guest's own timer\n"
	      "  --irq-cpu CPU   where on the host they come from\n"
	      "  --cpu LIST      CPU (N) or CPUs (N-M) for vCPU 0, for vCPU 1, ..., with\n"
	      "                  commas between; the last one is also for all that follow\n"
	      "  --nice N        of the vCPU threads\n"
	      "  --slice US      the slice they ask the scheduler for\n"
	      "  --cgroup DIR    put the process there first\n"
	      "  --seconds S     stop by itself after so long\n"
	      "  --status FILE   keep the last line printed there too\n", f);
}

static void parse_cpus(char *list)
{
	char *cpu;

	for (cpu = strtok(list, ","); cpu; cpu = strtok(NULL, ",")) {
		if (opt.nr_cpu == MICROVM_VCPUS_MAX)
			errx(2, "--cpu has more than %d", MICROVM_VCPUS_MAX);
		opt.cpu[opt.nr_cpu++] = cpu;
	}
}

static bool parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "vcpus", required_argument, NULL, 'v' },
		{ "mode", required_argument, NULL, 'm' },
		{ "period", required_argument, NULL, 'p' },
		{ "busy", required_argument, NULL, 'b' },
		{ "irqfd", no_argument, NULL, 'i' },
		{ "irq-cpu", required_argument, NULL, 'I' },
		{ "cpu", required_argument, NULL, 'c' },
		{ "nice", required_argument, NULL, 'n' },
		{ "slice", required_argument, NULL, 'S' },
		{ "cgroup", required_argument, NULL, 'g' },
		{ "seconds", required_argument, NULL, 's' },
		{ "status", required_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 }
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {
		case 'v':
			opt.vcpus = atoi(optarg);
			break;
		case 'm':
			opt.mode = optarg;
			break;
		case 'p':
			opt.period_us = atof(optarg);
			break;
		case 'b':
			opt.busy_us = atof(optarg);
			break;
		case 'i':
			opt.irqfd = true;
			break;
		case 'I':
			opt.irq_cpu = optarg;
			break;
		case 'c':
			parse_cpus(optarg);
			break;
		case 'n':
			opt.set_nice = true;
			opt.nice = atoi(optarg);
			break;
		case 'S':
			opt.slice_us = atof(optarg);
			break;
		case 'g':
			opt.cgroup = optarg;
			break;
		case 's':
			opt.seconds = atof(optarg);
			break;
		case 'f':
			opt.status = optarg;
			break;
		case 'h':
			usage(stdout);
			exit(0);
		default:
			return false;
		}
	}
	if (!strcmp(opt.mode, "duty") && opt.busy_us <= 0) {
		warnx("--mode duty wants --busy");
		return false;
	}
	return optind == argc && opt.period_us > 0 &&
	       (!strcmp(opt.mode, "hog") || !strcmp(opt.mode, "hlt") ||
		!strcmp(opt.mode, "duty"));
}

static void set_shares(struct microvm *vm)
{
	bool hlt = !strcmp(opt.mode, "hlt");
	unsigned int i;

	for (i = 0; i < vm->nr_vcpus; i++) {
		struct micro_share *share = vm->vcpus[i].share;

		share->period = opt.irqfd ? 0 : microvm_ns_to_tsc(vm, opt.period_us * 1000);
		share->busy = hlt ? 0 : microvm_ns_to_tsc(vm, opt.busy_us * 1000);
	}
}

static void set_threads(struct microvm *vm)
{
	unsigned int i;

	for (i = 0; i < vm->nr_vcpus; i++) {
		pid_t tid = vm->vcpus[i].tid;

		if (opt.nr_cpu)
			thread_set_cpus(tid, opt.cpu[i < opt.nr_cpu ? i : opt.nr_cpu - 1]);
		if (opt.set_nice)
			thread_set_nice(tid, opt.nice);
		if (opt.slice_us)
			thread_set_slice(tid, opt.slice_us * 1000);
	}
}

static void block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGUSR1);
	sigprocmask(SIG_BLOCK, set, NULL);
}

/* The next signal, or SIGALRM when the time is over. */
static int await_signal(const sigset_t *set, const struct snapshot *start)
{
	uint64_t end = start->monotonic_ns + opt.seconds * 1e9, now;
	struct timespec ts;
	int signal;

	do {
		if (!opt.seconds) {
			signal = sigwaitinfo(set, NULL);
			continue;
		}
		clock_gettime(CLOCK_MONOTONIC, &ts);
		now = ts.tv_sec * 1000000000ULL + ts.tv_nsec;
		if (now >= end)
			return SIGALRM;
		ts.tv_sec = (end - now) / 1000000000;
		ts.tv_nsec = (end - now) % 1000000000;
		signal = sigtimedwait(set, NULL, &ts);
	} while (signal < 0);
	return signal;
}

int main(int argc, char **argv)
{
	static struct snapshot start, now;
	static struct irqsource irqs;
	static struct microvm vm;
	struct irqsource *source = NULL;
	sigset_t signals;

	if (!parse(argc, argv)) {
		usage(stderr);
		return 2;
	}
	block_signals(&signals);
	if (opt.cgroup)
		process_join_cgroup(opt.cgroup);
	microvm_create(&vm, opt.vcpus, strcmp(opt.mode, "hog") ? guest_duty : guest_hog);
	set_shares(&vm);
	if (opt.irqfd)
		microvm_add_irqfds(&vm);
	microvm_spawn(&vm);
	set_threads(&vm);
	microvm_run(&vm);
	if (opt.irqfd && strcmp(opt.mode, "hog")) {
		irqsource_start(&irqs, &vm, opt.period_us * 1000, opt.irq_cpu);
		source = &irqs;
	}

	snapshot_take(&start, &vm, source);
	report_running(&vm, opt.mode, opt.status);
	while (await_signal(&signals, &start) == SIGUSR1) {
		snapshot_take(&now, &vm, source);
		report_counts("sample", &vm, &start, &now, opt.status);
	}
	snapshot_take(&now, &vm, source);

	if (source)
		irqsource_stop(source);
	microvm_stop(&vm);
	report_counts("end", &vm, &start, &now, opt.status);
	microvm_destroy(&vm);
	return 0;
}
