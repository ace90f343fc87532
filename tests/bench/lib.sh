# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# lib.sh - what the benches share; sourced inside the test host
#
# A bench says how many samples it will take (bench_begin) and then reports each
# (sample), round by round and arm by arm, so that what drifts hits all alike.

. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../numbers/lib.sh"

bench_rounds=${BENCH_ROUNDS:-5}
bench_quick=${BENCH_QUICK:-}
samples=/out/samples
bench_total=0 bench_done=0 bench_round=0

# From memory: reading the tree can take any amount of a virtual clock's time.
mkdir -p /tmp/bin
cp "$micro" "${micro%/*}/threadslice" "$turboctl" "$module" "$numbers/slicetrace" /tmp/bin
micro=/tmp/bin/microguest
turboctl=/tmp/bin/turboctl
module=/tmp/bin/sched_turbo.ko
slicetrace=/tmp/bin/slicetrace

# Else QEMU's TCG delivers interrupts twice: tests/guest/linux/virtual-clock.md.
[ "${ST_CLOCK:-}" != virtual ] || [ -e /sys/module/st_eventinj ] ||
	insmod "$ST_BUILD/tests/guest/linux/eventinj/st_eventinj.ko"

# All that has a relative name has been read by then.
bench_begin() # SAMPLES A ROUND
{
	leave_outer_machine
	bench_total=$(($1 * bench_rounds))
	: >"$samples"
	echo "@plan $bench_total"
}

# One sample: "sample POINT ARM NAME=NUMBER...".  A value that is no number is left
# out, and said so.
sample()
{
	local point=$1 arm=$2 word words=()
	shift 2
	for word in "$@"; do
		if [[ ${word#*=} =~ ^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$ ]]; then
			words+=("\"${word%%=*}\":${word#*=}")
		else
			echo "# $arm at $point: no ${word%%=*} ('${word#*=}')"
		fi
	done
	printf '{"round":%d,"point":"%s","arm":"%s","m":{%s}}\n' "$bench_round" \
		"$point" "$arm" "$(IFS=,; echo "${words[*]}")" >>"$samples"
	bench_done=$((bench_done + 1))
	echo "@done $bench_done round $bench_round of $bench_rounds, $arm, $point: $*"
}

# Centiseconds that a CPU was busy so far, by the kernel's own idle time.
cpu_ticks() # CPU...: "BUSY ALL"
{
	awk -v list="$*" 'BEGIN { n = split(list, a, " "); for (i = 1; i <= n; i++) want["cpu" a[i]] = 1 }
		$1 in want { for (i = 2; i <= 8; i++) all += $i; idle += $5 + $6 }
		END { print all - idle, all }' /proc/stat
}

# How many of some CPUs were busy between two of these.
busy_cores() # CPUS "BUSY ALL" "BUSY ALL"
{
	awk -v n="$1" -v a="$2" -v b="$3" 'BEGIN {
		split(a, x, " "); split(b, y, " ")
		if (y[2] > x[2])
			printf "%.4f", n * (y[1] - x[1]) / (y[2] - x[2]) }'
}

# Lets guests count from now on, or has them say what they counted, in
# /tmp/guest-NAME.
guests_count() # NAME...
{
	local name
	for name in "$@"; do
		kill -USR2 "${guest_pid[$name]}"
	done
}

guests_report() # NAME...
{
	local name i
	for name in "$@"; do
		rm -f "/tmp/guest-$name"
		kill -USR1 "${guest_pid[$name]}"
	done
	for name in "$@"; do
		for ((i = 0; i < 1000; i++)); do
			[ ! -s "/tmp/guest-$name" ] || break
			sleep 0.005
		done
	done
}

declare -A guest_pid guest_tids
# A micro guest: "bench_guest NAME ARGUMENTS..."; its threads are in guest_tids.
bench_guest()
{
	guest "$@"
	guest_pid[$1]=${pids[-1]}
	guest_tids[$1]=$(jq -r '[.vcpus[].tid] | join(" ")' "/tmp/guest-$1")
}

bench_guests_stop()
{
	guests_stop
	guest_pid=()
	guest_tids=()
}

# A number out of what a guest reported.
of_guest() { jq -r "$2 // empty" "/tmp/guest-$1"; }

# What software.list names, which tests/bench/run left for benches that say so.
software()
{
	[ ! -e /run/software ] || return 0
	tar x --absolute-names -f /out/software.tar
	: >/run/software
}
