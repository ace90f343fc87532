// SPDX-License-Identifier: GPL-2.0
/*
 * microguest.c - runs one micro guest and reports what it did
 *
 * Prints a line of JSON with the threads' ids once every vCPU runs its guest
 * program, one at each SIGUSR1, and one at the end, which is after --seconds or
 * at SIGTERM or SIGINT.  Counts are those since the first line or, if one came,
 * the last SIGUSR2.
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

/* How often the work is adjusted by --steady. */
#define STEADY_NS	50000000

static struct {
	unsigned int vcpus;
	const char *mode;
	char *modes[MICROVM_VCPUS_MAX];
	unsigned int nr_modes;
	double period_us;
	double busy_us[MICROVM_VCPUS_MAX];
	unsigned int nr_busy;
	bool steady;
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
	.modes = { "hog" },
	.nr_modes = 1,
	.period_us = 1000,
};

static void usage(FILE *f)
{
	fputs("usage: microguest [options]\n"
	      "\n"
	      "  --vcpus N       1 to 16 (1)\n"
	      "  --mode hog      every vCPU works without end (the default)\n"
	      "         hlt      it sleeps but for an interrupt each --period\n"
	      "         idle     it sleeps\n"
	      "         duty     it sleeps but for --busy of work each --period\n"
	      "                  With commas between: of vCPU 0, of vCPU 1, ..., the\n"
	      "                  last one also of all that follow; likewise --busy\n"
	      "  --period US     (1000)\n"
	      "  --busy US       work, in time it takes if nobody interrupts it\n"
	      "  --steady        keep on adjusting the work, so that it takes --busy of CPU time\n"
	      "                  a period, as lookbusy does\n"
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

/* Splits a list at its commas.  How many there are. */
static unsigned int split(const char *option, const char *list, char **parts)
{
	char *copy = strdup(list), *part;
	unsigned int nr = 0;

	for (part = strtok(copy, ","); part; part = strtok(NULL, ",")) {
		if (nr == MICROVM_VCPUS_MAX)
			errx(2, "%s has more than %d", option, MICROVM_VCPUS_MAX);
		parts[nr++] = part;
	}
	return nr;
}

/* vCPU @i takes part @i of a list of @nr, or the last one. */
static unsigned int part_of(unsigned int i, unsigned int nr)
{
	return i < nr ? i : nr - 1;
}

static void parse_busy(const char *list)
{
	char *parts[MICROVM_VCPUS_MAX];
	unsigned int i;

	opt.nr_busy = split("--busy", list, parts);
	for (i = 0; i < opt.nr_busy; i++)
		opt.busy_us[i] = atof(parts[i]);
}

static bool modes_valid(void)
{
	unsigned int i;

	for (i = 0; i < opt.nr_modes; i++) {
		if (strcmp(opt.modes[i], "hog") && strcmp(opt.modes[i], "hlt") &&
		    strcmp(opt.modes[i], "idle") && strcmp(opt.modes[i], "duty"))
			return false;
		if (!strcmp(opt.modes[i], "duty") &&
		    (!opt.nr_busy || opt.busy_us[part_of(i, opt.nr_busy)] <= 0)) {
			warnx("--mode duty wants --busy");
			return false;
		}
	}
	return opt.nr_modes;
}

static bool parse(int argc, char **argv)
{
	static const struct option options[] = {
		{ "vcpus", required_argument, NULL, 'v' },
		{ "mode", required_argument, NULL, 'm' },
		{ "period", required_argument, NULL, 'p' },
		{ "busy", required_argument, NULL, 'b' },
		{ "steady", no_argument, NULL, 't' },
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
			opt.nr_modes = split("--mode", optarg, opt.modes);
			break;
		case 'p':
			opt.period_us = atof(optarg);
			break;
		case 'b':
			parse_busy(optarg);
			break;
		case 't':
			opt.steady = true;
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
	return optind == argc && opt.period_us > 0 && modes_valid();
}

static void set_shares(struct microvm *vm)
{
	unsigned int i;

	for (i = 0; i < vm->nr_vcpus; i++) {
		const char *mode = opt.modes[part_of(i, opt.nr_modes)];
		struct micro_share *share = vm->vcpus[i].share;
		double busy_us = opt.nr_busy ?
				 opt.busy_us[part_of(i, opt.nr_busy)] : 0;

		share->period = opt.irqfd || !strcmp(mode, "idle") ?
				0 : microvm_ns_to_tsc(vm, opt.period_us * 1000);
		share->busy = !strcmp(mode, "duty") ?
			      microvm_ns_to_tsc(vm, busy_us * 1000) : 0;
		microvcpu_start_at(&vm->vcpus[i],
				   strcmp(mode, "hog") ? guest_duty : guest_hog);
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
	sigaddset(set, SIGUSR2);
	sigprocmask(SIG_BLOCK, set, NULL);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/*
 * The work that takes a given CPU time depends on what else the machine does,
 * under the virtual clock most of all.  A vCPU that does not get the time it
 * wants is asked for more work, but no more than four times what it was first.
 */
static void steady(struct microvm *vm)
{
	static uint64_t last_ns, run_ns[MICROVM_VCPUS_MAX];
	static uint64_t loops[MICROVM_VCPUS_MAX];
	uint64_t now = now_ns();
	struct thread_account account;
	double want, got, next;
	unsigned int i;

	for (i = 0; i < vm->nr_vcpus; i++) {
		struct microvcpu *vcpu = &vm->vcpus[i];

		if (strcmp(opt.modes[part_of(i, opt.nr_modes)], "duty"))
			continue;
		thread_account(vcpu->thread, vcpu->tid, &account);
		want = opt.busy_us[part_of(i, opt.nr_busy)] / opt.period_us;
		got = (double)(account.run_ns - run_ns[i]) / (now - last_ns);
		run_ns[i] = account.run_ns;
		if (!last_ns) {
			loops[i] = share_read(vcpu->share, loops);
			continue;
		}
		/* half way, so that it does not swing */
		next = share_read(vcpu->share, loops);
		next *= got > 0 ? (1 + want / got) / 2 : 2;
		if (next > 4.0 * loops[i])
			next = 4.0 * loops[i];
		if (next < loops[i] / 8 + 1)
			next = loops[i] / 8 + 1;
		__atomic_store_n(&vcpu->share->loops, (uint64_t)next,
				 __ATOMIC_RELEASE);
	}
	last_ns = now;
}

/* The next signal, or SIGALRM when the time is over. */
static int await_signal(const sigset_t *set, struct microvm *vm,
			const struct snapshot *start)
{
	uint64_t end = start->monotonic_ns + opt.seconds * 1e9, now, wait;
	struct timespec ts;
	int signal;

	do {
		if (!opt.seconds && !opt.steady) {
			signal = sigwaitinfo(set, NULL);
			continue;
		}
		now = now_ns();
		if (opt.seconds && now >= end)
			return SIGALRM;
		wait = opt.seconds ? end - now : UINT64_MAX;
		if (opt.steady && wait > STEADY_NS)
			wait = STEADY_NS;
		ts.tv_sec = wait / 1000000000;
		ts.tv_nsec = wait % 1000000000;
		signal = sigtimedwait(set, NULL, &ts);
		if (signal < 0 && opt.steady)
			steady(vm);
	} while (signal < 0);
	return signal;
}

int main(int argc, char **argv)
{
	static struct snapshot begin, start, now;
	static struct irqsource irqs;
	static struct microvm vm;
	struct irqsource *source = NULL;
	sigset_t signals;
	int signal;

	if (!parse(argc, argv)) {
		usage(stderr);
		return 2;
	}
	block_signals(&signals);
	if (opt.cgroup)
		process_join_cgroup(opt.cgroup);
	microvm_create(&vm, opt.vcpus, guest_hog);
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

	snapshot_take(&begin, &vm, source);
	start = begin;
	report_running(&vm, opt.mode, opt.status);
	for (;;) {
		signal = await_signal(&signals, &vm, &begin);
		if (signal == SIGUSR2) {
			snapshot_take(&start, &vm, source);
			continue;
		}
		if (signal != SIGUSR1)
			break;
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
