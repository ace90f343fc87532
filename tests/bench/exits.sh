# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: GPL-2.0
#
# exits.sh - what a vCPU's thread does with its time besides its guest's programs;
# sourced by price
#
# By tracepoints, as samples are interrupts themselves and make exits.  Tracing costs
# something, too: a microsecond or two an exit.

tracefs=/sys/kernel/tracing
exits_events=(kvm/kvm_entry kvm/kvm_exit sched/sched_switch irq_vectors)

exits_begin() # TID
{
	local e
	echo 0 >$tracefs/tracing_on
	echo 16384 >$tracefs/buffer_size_kb
	echo "$1" >$tracefs/set_event_pid
	for e in "${exits_events[@]}"; do
		echo 1 >$tracefs/events/"$e"/enable
	done
	: >$tracefs/trace
	echo 1 >$tracefs/tracing_on
}

# Sets "own", percent of the time that the thread ran in which it was in the guest, and
# not in an interrupt there, or nothing if events were lost.  With --profile, leaves a
# table beside the samples.
exits_end() # NAME TID
{
	local e table
	echo 0 >$tracefs/tracing_on
	table=$(awk -v tid="$2" -f /src/tests/bench/exits.awk $tracefs/trace)
	own=$(sed -n 's/^own *//p' <<<"$table")
	[ ! "${BENCH_PROFILE:-}" ] || printf '# %s\n%s\n' "$1" "$table" >"/out/exits-$1"
	for e in "${exits_events[@]}"; do
		echo 0 >$tracefs/events/"$e"/enable
	done
	: >$tracefs/set_event_pid
	: >$tracefs/trace
}
