# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# guest-lib.sh - four Linux guests on a core, some of them running, with a turbo
# vCPU or without; sourced after lib.sh

G=/src/tests/guest/linux/guest
guests=(one two three four)

pid_of() { "$G" show "$1" | sed -n 's/^pid=//p'; }

turbo_on() # WORDS for "turbo on"
{
	local name
	for name in "${running[@]}"; do
		"$turboctl" attach --pid "$(pid_of "$name")" \
			--turbo-vcpu "$("$G" show "$name" | sed -n 's/^turbo_vcpu=//p')"
		"$G" exec "$name" "turbo on $1"
	done
} >/dev/null

turbo_off()
{
	local name
	for name in "${running[@]}"; do
		"$G" exec "$name" 'rmmod st_yield 2>/dev/null; true'
		"$G" exec "$name" turbo off
		"$turboctl" detach --pid "$(pid_of "$name")"
	done
} >/dev/null

# The first $1 guests run, the others are stopped.
run_guests()
{
	local i
	running=("${guests[@]:0:$1}")
	for i in "${!guests[@]}"; do
		if [ "$i" -lt "$1" ]; then
			kill -CONT "$(pid_of "${guests[i]}")"
		else
			kill -STOP "$(pid_of "${guests[i]}")"
		fi
	done
}

# How long a thread runs when others wait, in ms; without a number, the kernel's.
# Guests are to be stopped: who begins to run takes over the new value, and so
# does the group (autogroup) that each guest is.
turns()
{
	local d=/sys/kernel/debug/sched f ns
	local -A knobs=([base_slice_ns]=1 [latency_ns]=4 [min_granularity_ns]=1
			[wakeup_granularity_ns]=1)
	for f in "${!knobs[@]}"; do
		[ -e $d/$f ] || continue
		[ "${stock_turns[$f]:-}" ] || stock_turns[$f]=$(<$d/$f)
		ns=${stock_turns[$f]}
		[ ! "${1:-}" ] || ns=$(($1 * 1000000 * knobs[$f]))
		echo "$ns" >$d/$f
	done
}
declare -A stock_turns

link()
{
	local name tap
	[ "${ST_LINK:-}" ] || return 0
	for name in "${guests[@]}"; do
		tap=tap$("$G" show "$name" | sed -n 's/^number=//p')
		tc qdisc add dev "$tap" root tbf rate "$ST_LINK" burst 128k limit 8m
	done
}
