# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# ack-lib.sh - what the tests of early acknowledgment share; sourced in the
# test host

ST_BUILD=${ST_BUILD:-$(realpath "$(dirname "${BASH_SOURCE[0]}")/../..")}
ack=/sys/kernel/debug/turbo_guest/ack
failed=0

ok() # NAME COMMAND...
{
	local name=$1
	shift
	if "$@"; then
		echo "ok - $name"
	else
		echo "not ok - $name"
		failed=1
	fi
}

counter() { jq "$1" $ack; }

# A counter of the receiver's network namespace, 0 where a kernel lacks it.
snmp()
{
	awk -v name="$1" '/^TcpExt:/ {
		if (!n++) { for (i = 2; i <= NF; i++) col[$i] = i }
		else { print (name in col) ? $col[name] : 0 }
	}' <(ip netns exec rx cat /proc/net/netstat)
}

drops=(TCPRcvQDrop TCPZeroWindowDrop BeyondWindow PAWSEstab TCPRcvPruned
       RcvPruned)
all_drops() { local d; for d in "${drops[@]}"; do echo "$d=$(snmp "$d")"; done; }

net_up()
{
	local ns
	ip netns add rx
	ip netns add tx
	ip link add vrx netns rx type veth peer name vtx netns tx
	for ns in rx tx; do
		ip -n $ns link set lo up
		ip -n $ns link set v$ns up
		# the same in all runs, whatever the kernel's default
		ip netns exec $ns sysctl -qw net.ipv4.tcp_timestamps=1
	done
	ip -n rx addr add 10.9.0.1/24 dev vrx
	ip -n tx addr add 10.9.0.2/24 dev vtx
	ip -n rx addr add fd09::1/64 dev vrx nodad
	ip -n tx addr add fd09::2/64 dev vtx nodad
	ip netns exec tx ping -qc 1 -W 5 10.9.0.1 >/dev/null
	ip netns exec tx ping -qc 1 -W 5 fd09::1 >/dev/null
}

net_down()
{
	ip netns del rx
	ip netns del tx
}

module_up() { insmod "$ST_BUILD/guest-kmod/turbo_guest.ko" turbo_vcpus=3 "$@"; }
module_down() { rmmod turbo_guest; }
