# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# peers.sh - the ways to schedule some vCPU threads on a core; sourced after lib.sh
#
#   stock, pinned   the kernel as it is
#   slice           a slice of their own for all vCPUs (before 6.12: for everybody)
#   slice+hrtick    with the scheduler's high-resolution tick, to keep to it
#   rr              SCHED_RR, with the shortest turn that it has
#   turbo           SCHED_TURBO
#
# "peer_begin" is for before the guests start, "peer_threads" for when they run,
# and "peer_end" puts back what was changed.

sched_debug=/sys/kernel/debug/sched
rr_ms=/proc/sys/kernel/sched_rr_timeslice_ms
hrtick_was=$(grep -oE '\<(NO_)?HRTICK\>' $sched_debug/features)
rr_was=$(<$rr_ms)
declare -A knob_was
for k in latency_ns min_granularity_ns; do
	[ ! -e $sched_debug/$k ] || knob_was[$k]=$(<$sched_debug/$k)
done

# Sets "peer_args", for micro guests.
peer_begin() # WAY SLICE_US [CORES]
{
	peer_args=()
	peer_slice=$2
	case $1 in
	slice*)
		if [ "${knob_was[min_granularity_ns]:-}" ]; then
			# Not below the granularity, so that goes first.
			echo $(($2 * 1000)) >$sched_debug/min_granularity_ns
			echo $(($2 * 1000)) >$sched_debug/latency_ns
		else
			peer_args=(--slice "$2")
		fi
		;;
	rr) echo 1 >$rr_ms ;;
	turbo) module_load "turbo_cpus=$3" ;;
	esac
	case $1 in
	*+hrtick) echo HRTICK >$sched_debug/features ;;
	slice) echo NO_HRTICK >$sched_debug/features ;;
	esac
}

peer_threads() # WAY TID...
{
	local way=$1 tid
	shift
	case $way in
	rr)
		for tid in "$@"; do chrt --rr --pid 1 "$tid"; done ;;
	turbo)
		"$turboctl" attach --slice "${peer_slice}us" --tid "$@" >/dev/null ;;
	esac
}

peer_end() # WAY
{
	local k
	[ "$1" != turbo ] || module_unload
	echo "$hrtick_was" >$sched_debug/features
	echo "$rr_was" >$rr_ms
	for k in "${!knob_was[@]}"; do
		echo "${knob_was[$k]}" >$sched_debug/"$k"
	done
}
