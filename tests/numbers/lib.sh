# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# lib.sh - what the groups of numbers share; sourced inside the test host

numbers=$ST_BUILD/tests/numbers
micro=$ST_BUILD/tests/guest/micro/microguest
turboctl=$ST_BUILD/tools/turboctl/turboctl
module=$ST_BUILD/kmod/sched_turbo.ko
debugfs=/sys/kernel/debug/sched_turbo
export TURBOCTL=$turboctl

number_status=0

# For groups under the virtual clock, when all is read that has a relative name.
# Nothing may be asked of the outer machine while time is taken, not even by a shell
# that begins, which looks at the directory it is in: if all CPUs idle until there is
# an answer, time leaps to whatever timer is next.
leave_outer_machine() { cd /; }

# From now on the emulated CPUs' turns are 12 us at most, which CPU 0 pays for, until
# "long_turns".  It is for latencies below 300 us, and for slices on one CPU while
# others work; and it costs time.  With $ST_LONG_TURNS they stay as they are.
short_turns()
{
	[ "${ST_CLOCK:-}" = virtual ] && [ ! "${ST_LONG_TURNS:-}" ] || return 0
	# So many a tick are too many, and an idle CPU has no ticks.
	echo 10000000 >/proc/sys/kernel/perf_event_max_sample_rate
	cp "$numbers/shortturns" /tmp
	coproc SHORT_TURNS { exec /tmp/shortturns 0 50; }
	read -r <&"${SHORT_TURNS[0]}"
	[ "$REPLY" = begun ]
}

long_turns()
{
	local pid=${SHORT_TURNS_PID:-}
	[ "$pid" ] || return 0
	kill "$pid"
	wait "$pid" || true
}

# A number and its target: "number NAME MEASURED OP TARGET".  The line also
# counts as a test.
number()
{
	local verdict=short
	if awk -v a="$2" -v b="$4" "BEGIN { exit !(a $3 b) }"; then
		verdict=ok
	fi
	printf '%s[%s] %s %s%s %s\n' "$1" "$ST_KERNEL" "$2" "$3" "$4" $verdict
	if [ $verdict = ok ]; then
		echo "ok - $1 on $ST_KERNEL"
	else
		echo "not ok - $1 on $ST_KERNEL: $2, must be $3 $4"
		number_status=1
	fi
}

# A figure for comparison, without a target: "figure NAME MEASURED".
figure() { printf '%s[%s] %s - peer\n' "$1" "$ST_KERNEL" "$2"; }

pids=()

# Starts a micro guest in the background; its thread id is put in "tid".  With
# "guest_session", which is setsid, each is in an autogroup of its own.
guest_session=
guest() # NAME ARGUMENTS...
{
	local name=$1 i
	shift
	rm -f "/tmp/guest-$name"
	$guest_session "$micro" --status "/tmp/guest-$name" "$@" >/dev/null &
	pids+=($!)
	for ((i = 0; i < 400; i++)); do
		[ ! -s "/tmp/guest-$name" ] || break
		sleep 0.05
	done
	tid=$(jq '.vcpus[0].tid' "/tmp/guest-$name")
}

guests_stop()
{
	local p
	for p in "${pids[@]}"; do
		kill "$p" 2>/dev/null || true
		wait "$p" || true
	done
	pids=()
}

module_load() { insmod "$module" "$@"; }
module_unload() { rmmod sched_turbo; }

# How often the module's slice timer has fired on a turbo core.
timer_irqs() # CPU
{
	awk -v cpu="$1" 'NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i }
		$1 == cpu { print $col["timer_irqs"] }' $debugfs/cores
}
