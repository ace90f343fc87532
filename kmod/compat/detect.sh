#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# detect.sh - find out by compiling what the kernel at hand offers
#
# usage: [FEATURES=FILE] detect.sh OUT CC [FLAGS...]
#
# Writes OUT with one "#define TURBO_HAVE_X 1" for each program below that compiles
# with the kernel's own flags.  One control program must compile and another
# must not: else the flags are broken and every answer would be wrong.
#
# The programs below are those of the host module; another module has its own
# in FILE, which is read by this shell.
set -eu

out=$1
shift
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

compiles() { # FLAGS...; program on standard input
	"$@" -DKBUILD_MODNAME='"detect"' -DKBUILD_BASENAME='"detect"' \
		-DMODULE -Werror -Wno-missing-prototypes \
		-Wno-missing-declarations -x c -c -o "$tmp/detect.o" - \
		> "$tmp/log" 2>&1
}

have() { # NAME COMMAND...; program on standard input
	name=$1
	shift
	if compiles "$@"; then
		echo "#define TURBO_HAVE_$name 1"
	else
		echo "/* TURBO_HAVE_$name is not set */"
	fi
}

echo '#include <linux/sched.h>
int f(struct task_struct *p) { return p->pid; }' | compiles "$@" || {
	echo "detect.sh: the control program does not compile:" >&2
	cat "$tmp/log" >&2
	exit 1
}
if echo '#include <linux/sched.h>
int f(struct task_struct *p) { return p->no_such_field; }' | compiles "$@"; then
	echo "detect.sh: a broken program compiles" >&2
	exit 1
fi

{
echo "/* made by detect.sh */"
if [ -n "${FEATURES:-}" ]; then
	. "$FEATURES"
else
# 6.13: hrtimer_setup() joins hrtimer_init(), which goes in 6.18
have HRTIMER_SETUP "$@" <<'C'
#include <linux/hrtimer.h>
enum hrtimer_restart f(struct hrtimer *t);
void g(struct hrtimer *t) { hrtimer_setup(t, f, 0, 0); }
C
# 6.6: EEVDF, every entity has a virtual deadline
have SE_DEADLINE "$@" <<'C'
#include <linux/sched.h>
u64 f(struct sched_entity *se) { return se->deadline; }
C
# 6.12: sched_attr.sched_runtime is a fair task's own slice
have SE_CUSTOM_SLICE "$@" <<'C'
#include <linux/sched.h>
u64 f(struct sched_entity *se) { return se->custom_slice ? se->slice : 0; }
C
# 6.13: lazy preemption, an own thread flag that sends no interrupt
have TIF_NEED_RESCHED_LAZY "$@" <<'C'
#include <linux/sched.h>
#ifndef CONFIG_PREEMPT_LAZY
#error
#endif
int f(struct task_struct *p) {
	return test_tsk_thread_flag(p, TIF_NEED_RESCHED_LAZY);
}
C
# 6.16: sched_process_exit tells whether the whole group dies
have PROCESS_EXIT_GROUP_DEAD "$@" <<'C'
#include <linux/binfmts.h>
#include <linux/module.h>
#include <trace/events/sched.h>
void g(void *data, struct task_struct *p, bool group_dead);
void f(void) { check_trace_callback_type_sched_process_exit(g); }
C
# 6.6 to 6.18: runtime isolation by a cpuset partition, as an export
have CPUSET_CPU_IS_ISOLATED "$@" <<'C'
#include <linux/cpuset.h>
bool f(int cpu) { return cpuset_cpu_is_isolated(cpu); }
C
# 6.7: the last-level cache of a CPU, in an exported structure (x86)
have CPU_TOPO_LLC_ID "$@" <<'C'
#include <linux/smp.h>
#include <linux/topology.h>
#include <asm/processor.h>
int f(int cpu) { return cpu_data(cpu).topo.llc_id; }
C
fi
} > "$tmp/have.h"

mkdir -p "$(dirname "$out")"
cmp -s "$tmp/have.h" "$out" || cp "$tmp/have.h" "$out"
