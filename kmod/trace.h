/* SPDX-License-Identifier: GPL-2.0 */
/*
 * trace.h - the tracepoints of SCHED_TURBO (perf list 'sched_turbo:*')
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM sched_turbo

#if !defined(SCHED_TURBO_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define SCHED_TURBO_TRACE_H

#include <linux/sched.h>
#include <linux/tracepoint.h>

#include "policy/budget.h"

/* A thread came under SCHED_TURBO.  Task context, turbo_mutex held. */
TRACE_EVENT(sched_turbo_attach,
	TP_PROTO(struct task_struct *p, int cpu, u64 slice_ns),
	TP_ARGS(p, cpu, slice_ns),
	TP_STRUCT__entry(
		__array(char, comm, TASK_COMM_LEN)
		__field(pid_t, pid)
		__field(int, cpu)
		__field(u64, slice_ns)
	),
	TP_fast_assign(
		memcpy(__entry->comm, p->comm, TASK_COMM_LEN);
		__entry->pid = p->pid;
		__entry->cpu = cpu;
		__entry->slice_ns = slice_ns;
	),
	TP_printk("comm=%s pid=%d cpu=%d slice_ns=%llu", __entry->comm,
		  __entry->pid, __entry->cpu, __entry->slice_ns)
);

/* A thread left it.  Task context, turbo_mutex held. */
TRACE_EVENT(sched_turbo_detach,
	TP_PROTO(struct task_struct *p, u32 changed),
	TP_ARGS(p, changed),
	TP_STRUCT__entry(
		__array(char, comm, TASK_COMM_LEN)
		__field(pid_t, pid)
		__field(u32, changed)
	),
	TP_fast_assign(
		memcpy(__entry->comm, p->comm, TASK_COMM_LEN);
		__entry->pid = p->pid;
		__entry->changed = changed;
	),
	TP_printk("comm=%s pid=%d changed=%#x", __entry->comm, __entry->pid,
		  __entry->changed)
);

/* The slice timer ended a slice.  Runqueue lock held, interrupts off. */
TRACE_EVENT(sched_turbo_slice_end,
	TP_PROTO(struct task_struct *p, int cpu, u64 ran_ns, bool runnable),
	TP_ARGS(p, cpu, ran_ns, runnable),
	TP_STRUCT__entry(
		__field(pid_t, pid)
		__field(int, cpu)
		__field(u64, ran_ns)
		__field(bool, runnable)
	),
	TP_fast_assign(
		__entry->pid = p->pid;
		__entry->cpu = cpu;
		__entry->ran_ns = ran_ns;
		__entry->runnable = runnable;
	),
	TP_printk("pid=%d cpu=%d ran_ns=%llu runnable=%d", __entry->pid,
		  __entry->cpu, __entry->ran_ns, __entry->runnable)
);

/* A thread runs on another turbo core than before.  Interrupts off. */
TRACE_EVENT(sched_turbo_core_change,
	TP_PROTO(struct task_struct *p, int from, int to),
	TP_ARGS(p, from, to),
	TP_STRUCT__entry(
		__field(pid_t, pid)
		__field(int, from)
		__field(int, to)
	),
	TP_fast_assign(
		__entry->pid = p->pid;
		__entry->from = from;
		__entry->to = to;
	),
	TP_printk("pid=%d from=%d to=%d", __entry->pid, __entry->from,
		  __entry->to)
);

/* A vCPU is to be held back, its VM being ahead.  Hard interrupt. */
TRACE_EVENT(sched_turbo_hold,
	TP_PROTO(struct task_struct *p, int cpu),
	TP_ARGS(p, cpu),
	TP_STRUCT__entry(
		__field(pid_t, pid)
		__field(int, cpu)
	),
	TP_fast_assign(
		__entry->pid = p->pid;
		__entry->cpu = cpu;
	),
	TP_printk("pid=%d cpu=%d", __entry->pid, __entry->cpu)
);

/* ... and goes on.  Any context. */
TRACE_EVENT(sched_turbo_release,
	TP_PROTO(struct task_struct *p),
	TP_ARGS(p),
	TP_STRUCT__entry(
		__field(pid_t, pid)
	),
	TP_fast_assign(
		__entry->pid = p->pid;
	),
	TP_printk("pid=%d", __entry->pid)
);

/* What a VM was granted of a period that is over.  Hard interrupt. */
TRACE_EVENT(sched_turbo_budget,
	TP_PROTO(pid_t vm, const struct turbo_budget *b, s64 regular_credit_ns,
		 s64 turbo_credit_ns),
	TP_ARGS(vm, b, regular_credit_ns, turbo_credit_ns),
	TP_STRUCT__entry(
		__field(pid_t, vm)
		__field(u32, weight)
		__field(u64, share_ns)
		__field(u64, regular_used_ns)
		__field(u64, regular_grant_ns)
		__field(u64, turbo_used_ns)
		__field(u64, turbo_grant_ns)
		__field(u64, debt_ns)
		__field(u64, spare_ns)
		__field(s64, regular_credit_ns)
		__field(s64, turbo_credit_ns)
	),
	TP_fast_assign(
		__entry->vm = vm;
		__entry->weight = b->weight;
		__entry->share_ns = b->share_ns;
		__entry->regular_used_ns = b->regular.used_ns;
		__entry->regular_grant_ns = b->regular.grant_ns;
		__entry->turbo_used_ns = b->turbo.used_ns;
		__entry->turbo_grant_ns = b->turbo.grant_ns;
		__entry->debt_ns = b->debt_ns;
		__entry->spare_ns = b->spare_ns;
		__entry->regular_credit_ns = regular_credit_ns;
		__entry->turbo_credit_ns = turbo_credit_ns;
	),
	TP_printk("vm=%d weight=%u share_ns=%llu regular=%llu/%llu turbo=%llu/%llu debt_ns=%llu spare_ns=%llu credit_ns=%lld/%lld",
		  __entry->vm, __entry->weight, __entry->share_ns,
		  __entry->regular_used_ns, __entry->regular_grant_ns,
		  __entry->turbo_used_ns, __entry->turbo_grant_ns,
		  __entry->debt_ns, __entry->spare_ns,
		  __entry->regular_credit_ns,
		  __entry->turbo_credit_ns)
);

#endif /* SCHED_TURBO_TRACE_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH .
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
