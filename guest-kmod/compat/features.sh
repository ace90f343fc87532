# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# What turbo_guest.ko asks of a kernel; read by kmod/compat/detect.sh.

# x86 with a local APIC: a tracepoint for each interrupt that gets a new vector
have VECTOR_UPDATE "$@" <<'C'
#include <linux/module.h>
#include <asm/trace/irq_vectors.h>
void g(void *data, unsigned int irq, unsigned int vector, unsigned int cpu,
       unsigned int prev_vector, unsigned int prev_cpu);
void f(void) { check_trace_callback_type_vector_update(g); }
C
# 6.16: sched_process_exit tells whether the whole group dies
have PROCESS_EXIT_GROUP_DEAD "$@" <<'C'
#include <linux/binfmts.h>
#include <linux/module.h>
#include <trace/events/sched.h>
void g(void *data, struct task_struct *p, bool group_dead);
void f(void) { check_trace_callback_type_sched_process_exit(g); }
C
