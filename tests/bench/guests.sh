# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# guests.sh - four Linux guests that share a core, put under one way of scheduling
# after the other; sourced after lib.sh
#
# CPUs of the test host: 0 vhost and QEMU, 1 the regular vCPUs, 2 the core for I/O,
# 3 the other end of the network; or as "regular_cpus", "core" and "client_cpu" say
# before this is sourced.
#
#   dedicated       the core is the first guest's alone; the others are stopped
#   stock           one vCPU
#   poll            the same, and vhost polls; other guests, as it is set at start
#   slice+hrtick    one vCPU, with a slice of 100 us (slice_ns), for all
#   pinned          a vCPU for I/O on the spare core, and what can be sent there
#                   without any module of ours
#   rr              the same under SCHED_RR
#   turbo           SCHED_TURBO, turbo_guest.ko
#   turbo-lazy      the same, but what nobody reads is left to the guest's TCP
#   turbo-nobulk    the same as turbo, but interrupts for bulk do not wait
#   turbo:WORDS     SCHED_TURBO, and "turbo on" with these words (commas for spaces), to
#                   see what does what: turbo:script is the module without the guest's

. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../numbers/guest-lib.sh"
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../guest/linux/lib.sh"
[ ! "${BENCH_PROFILE:-}" ] ||
	. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/profile.sh"

: "${regular_cpus:=1}" "${core:=2}" "${client_cpu:=3}" "${guest_vcpus:=1}"
client=(taskset -c "$client_cpu")
# What "turns" was called with, for now, and the slice of "slice+hrtick".
point_turns=
slice_ns=100000
seconds=1

guests_start() # OPTIONS of "guest start"
{
	module_load turbo_cpus=$core
	# Guests that are stopped for seconds think that they hang.
	"$G" start --append "nowatchdog${BENCH_PROFILE:+ nokaslr}" --vcpus "$guest_vcpus" \
		"$@" "${guests[@]}"
	"$G" place --regular "$regular_cpus" --turbo 0 --rest 0 "${guests[@]}"
	ip=$("$G" show one | sed -n 's/^ip=//p')
	[ "${serve_first:-}" ] || guests_busy
}

# Their hogs begin.  With $serve_first that is the bench's to say, when its servers
# have started, which would take long beside hogs.
guests_busy()
{
	"$G" hog "${guests[@]}"
}

# Guests as those, for the way "poll": they are stopped until then.
polled=(pone ptwo pthree pfour)
guests_start_polled() # OPTIONS of "guest start"
{
	"$G" start --append nowatchdog --vcpus "$guest_vcpus" --poll 200 "$@" "${polled[@]}"
	"$G" place --regular "$regular_cpus" --turbo 0 --rest 0 "${polled[@]}"
	"$G" hog "${polled[@]}"
	swap_guests
	run_guests 0
	swap_guests
}

# The ones for the others, none of which runs.
swap_guests()
{
	local others=("${guests[@]}")
	guests=("${polled[@]}")
	polled=("${others[@]}")
	ip=$("$G" show "${guests[0]}" | sed -n 's/^ip=//p')
}

# As many of them run instead.
swap_running()
{
	local n=${#running[@]}
	run_guests 0
	swap_guests
	run_guests "$n"
}

# vCPUs of others, that have the same slice as theirs.
more_vcpus=()

regular_vcpus() # their threads, of each running guest
{
	local name n
	for name in "${running[@]}"; do
		for ((n = 0; n < guest_vcpus; n++)); do
			guest_vcpu_thread "$name" "$n"
		done
	done
}

turbo_vcpus()
{
	local name
	for name in "${running[@]}"; do
		guest_vcpu_thread "$name" "$guest_vcpus"
	done
}

slices() # NS for the regular vCPUs, 0 for the kernel's own
{
	local d=/sys/kernel/debug/sched
	if [ -e $d/min_granularity_ns ]; then
		# That of the kernel is known only then.
		turns $point_turns
		if [ "$1" != 0 ]; then
			echo "$1" >$d/min_granularity_ns
			echo "$1" >$d/latency_ns
		fi
		return
	fi
	# shellcheck disable=SC2046
	/tmp/bin/threadslice "$1" $(regular_vcpus) ${more_vcpus[@]+"${more_vcpus[@]}"}
}

hrtick_was=$(grep -oE '\<(NO_)?HRTICK\>' /sys/kernel/debug/sched/features)

way_begin() # WAY
{
	local tid
	way_now=$1
	case $1 in
	slice+hrtick)
		echo HRTICK >/sys/kernel/debug/sched/features
		slices "$slice_ns"
		;;
	pinned|rr)
		"$G" place --turbo "$core" "${running[@]}"
		for name in "${running[@]}"; do
			"$G" exec "$name" turbo on script
		done
		[ "$1" = pinned ] || for tid in $(turbo_vcpus); do
			chrt --rr --pid 1 "$tid"
		done
		;;
	turbo) turbo_on ack=1 ;;
	turbo-lazy) turbo_on 'ack=1 ack_unread=0' ;;
	turbo-nobulk) turbo_on 'ack=1 bulk_us=0' ;;
	turbo:*) turbo_on "$(tr ',' ' ' <<<"${1#*:}")" ;;
	poll) swap_running ;;
	esac
}

way_end() # WAY
{
	local tid
	way_now=
	case $1 in
	slice+hrtick)
		slices 0
		echo "$hrtick_was" >/sys/kernel/debug/sched/features
		;;
	pinned|rr)
		[ "$1" = pinned ] || for tid in $(turbo_vcpus); do
			chrt --other --pid 0 "$tid"
		done
		for name in "${running[@]}"; do
			"$G" exec "$name" turbo off
		done
		"$G" place --turbo 0 "${running[@]}"
		;;
	turbo*) turbo_off ;;
	poll) swap_running ;;
	esac
}

# A file of here, as a guest's file.
give() # GUEST FILE TO
{
	"$G" exec "$1" "echo $(base64 -w 0 "$2") | base64 -d >$3"
}

# Packets come to the first guest as over a link of so many Mbit/s, or as fast and as
# large as can be.
link_of_one() # MBITS or nothing
{
	local tap
	tap=tap$("$G" show "${guests[0]}" | sed -n 's/^number=//p')
	if [ "$1" ]; then
		ethtool -K "$tap" tso off gso off
		ip link set "$tap" txqueuelen 32
		tc qdisc replace dev "$tap" root tbf rate "$1mbit" burst 32k limit 400k
	elif tc qdisc del dev "$tap" root 2>/dev/null; then
		ip link set "$tap" txqueuelen 1000
		ethtool -K "$tap" tso on gso on
	fi
}

# Milliseconds that threads of QEMU's have run, by the kernel's account.
ran() # TID...
{
	local tid
	for tid in "$@"; do cat "/proc/$tid/schedstat"; done | awk '{ n += $1 } END { print n / 1e6 }'
}

# Runs a command, and sets "busy" to how many of the CPUs up to the core for I/O were
# busy meanwhile, "own_regular" and "own_turbo" to what the first guest's vCPUs had of theirs,
# and "answer" to what it printed.
timed()
{
	local before cpus was=() start n
	local -a own
	mapfile -t cpus < <(seq 0 "$core")
	mapfile -t own < <(for ((n = 0; n < guest_vcpus; n++)); do
		guest_vcpu_thread "${guests[0]}" "$n"
	done)
	own+=("$(guest_vcpu_thread "${guests[0]}" "$guest_vcpus")")
	[ ! "${BENCH_PROFILE:-}" ] || profile_begin
	before=$(cpu_ticks "${cpus[@]}")
	was=("$(ran "${own[@]::guest_vcpus}")" "$(ran "${own[guest_vcpus]}")")
	start=$EPOCHREALTIME
	answer=$("$@") || answer=
	n=$EPOCHREALTIME
	own_regular=$(of_a_core "$start" "$n" "${was[0]}" "$(ran "${own[@]::guest_vcpus}")")
	own_turbo=$(of_a_core "$start" "$n" "${was[1]}" "$(ran "${own[guest_vcpus]}")")
	busy=$(busy_cores $((core + 1)) "$before" "$(cpu_ticks "${cpus[@]}")")
	[ ! "${BENCH_PROFILE:-}" ] || profile_end "${way_now:-dedicated}-$*"
}
of_a_core() # FROM TO, in seconds; BEFORE AFTER, in milliseconds
{
	awk -v s="$1" -v e="$2" -v a="$3" -v b="$4" 'BEGIN { if (e > s) print (b - a) / (e - s) / 1000 }'
}

# Mbit/s that a guest received.  A server that gets few turns takes a while to be ready
# for the next one, and refuses or resets connections until it is.
iperf() # IP PORT OPTIONS
{
	local ip=$1 port=$2 report
	shift 2
	for _ in {1..20}; do
		report=$("${client[@]}" timeout 120 iperf3 -J -c "$ip" -p "$port" -t "$seconds" "$@") || true
		[[ $report == *"Connection re"[fs]* ]] || break
		sleep 0.2
	done
	jq '.end.sum_received.bits_per_second / 1e6' <<<"$report" ||
		echo "iperf3 $*: $report" >&2
}

# Runs fio in guest "one", which was started --with fio and has taken it, with a job
# file of this tree and the variables in it (DIR: /data); prints its report.
fio_guest() # FILE [VARIABLE=VALUE...]
{
	local job file=$1
	job=$(grep -v '^#' "/src/$file" | awk '{ printf "%s\\n", $0 }')
	shift
	"$G" exec --limit 300 one \
		"printf '$job' >/tmp/job; sync; echo 3 >/proc/sys/vm/drop_caches; DIR=/data $* /usr/bin/fio --output-format=json /tmp/job 2>/dev/null"
}

# Runs sockperf from here to its server in guest "one", with a job file of this tree,
# and prints "PERCENTILE US" lines.
sockperf_guest() # FILE
{
	local job
	job=$(grep -v '^#' "/src/$1")
	# shellcheck disable=SC2086
	"${client[@]}" timeout 120 sockperf ${job%% *} -i "$ip" -p 11111 ${job#* } 2>&1 |
		sed -n 's/.*---> percentile \([0-9.]*\) = *\([0-9.]*\)$/\1 \2/p'
}

percentile() { awk -v p="$1" '$1 + 0 == p { print $2 }'; }
