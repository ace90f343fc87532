# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Sourced by check: what must never happen to a domain, and what happens then.
#
# shellcheck disable=SC2034 # turbo and stock are all_good()'s

REAL=/usr/local/lib/turboctl

# From now on the hook runs script $1 instead of turboctl, which is REAL.
instead() { printf '#!/bin/bash\n%s\n' "$1" >/usr/local/sbin/turboctl; }
faults_begin()
{
	mv /usr/local/sbin/turboctl $REAL
	touch /usr/local/sbin/turboctl
	chmod +x /usr/local/sbin/turboctl
	instead "exec $REAL \"\$@\""
}
faults_end() { mv $REAL /usr/local/sbin/turboctl; }

hook() # DOMAIN OPERATION: as libvirt does it
{
	/etc/libvirt/hooks/qemu.d/sched_turbo "$1" "$2" begin - <"$LV_RUN/hook.xml"
}

# The hook, killed at each of its requests to the module: it fails no start, no
# thread but those that are asked for is attached, and a later call does the rest.
faults_hook_requests()
{
	local i
	$REAL detach --pid "$(lv_pid one)" >/dev/null || true
	for ((i = 1; i < 20; i++)); do
		instead "[ \"\$1\" = hook ] || exec $REAL \"\$@\"
			strace -f -o $LV_RUN/strace -e inject=ioctl:signal=KILL:when=$i $REAL \"\$@\"
			exit \$?"
		log_empty
		hook one started || { echo "$i: it failed"; return 1; }
		grep -q "killed by SIGKILL" $LV_RUN/strace || break
		soon 60 log_has "domain one: turboctl ended with status 137 at 'started'" || return 1
		[ "$(turboctl stat --json | jq '[.vms[].threads[]] | length')" -le 1 ] ||
			{ turboctl stat; return 1; }
	done
	[ $i -gt 3 ] || { echo "only $i requests"; return 1; }
	echo "# killed at each of $((i - 1)) requests"
	all_good
}

# It talks to the module and to the log, to nobody else; least of all to libvirt.
faults_hook_talks()
{
	instead "exec strace -f -o $LV_RUN/strace -e trace=connect,socket,execve,openat $REAL \"\$@\""
	hook one started || return 1
	same "$(grep -o 'connect(.*sun_path="[^"]*"' "$LV_RUN/strace" | grep -o '"[^"]*"' | sort -u)" '"/dev/log"' || return 1
	! grep -E 'execve\(|socket\(AF_INET|libvirt-sock' "$LV_RUN/strace" | grep -v "execve(\"$REAL\""
}

# The log takes no more messages: nobody waits for that for long.
faults_log_hangs()
{
	local status=0 start
	kill -STOP "$(cat /var/run/syslogd.pid)"
	python3 -c '
import socket
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.setblocking(False)
s.connect("/dev/log")
try:
	while True: s.send(b"<30>test: full")
except BlockingIOError: pass'
	$REAL detach --pid "$(lv_pid one)" >/dev/null || true
	start=$SECONDS
	hook one started || status=$?
	echo "$((SECONDS - start)) s"
	[ $((SECONDS - start)) -le 20 ] || status=20
	kill -CONT "$(cat /var/run/syslogd.pid)"
	same $status 0 && all_good
}

# libvirtd, killed $1 s into the start of one: whatever became of it, its state is
# clear, and it can be started.
faults_libvirtd()
{
	local pid
	pid=$(lv_daemon_pid)
	virsh -q start one >/dev/null 2>&1 &
	sleep "$1"
	kill -KILL "$pid"
	wait $! || true
	lv_daemon_start || return 1
	turbo=''
	soon 120 clear_state || return 1
	case $(virsh -q domstate one) in
	running*) turbo=one ;;
	*) virsh -q start one && turbo=one ;;
	esac
	soon 120 all_good || return 1
	virsh -q destroy one && turbo='' && all_good
}
clear_state()
{
	case $(virsh -q domstate one) in
	running*) turbo=one ;;
	*) turbo='' ;;
	esac
	all_good
}

starts_and_ends()
{
	virsh -q start one && turbo=one && all_good && virsh -q destroy one &&
		turbo='' && all_good
}

faults_run()
{
	local d
	faults_begin
	ok "one starts" virsh -q start one
	turbo=one
	virsh -q dumpxml one >"$LV_RUN/hook.xml"
	ok "the hook is killed at each of its requests: no harm" faults_hook_requests
	ok "it talks to nobody but the log" faults_hook_talks
	instead "exec $REAL \"\$@\""
	ok "the log hangs: the hook does not" faults_log_hangs
	ok "one is destroyed" virsh -q destroy one
	turbo=

	log_empty
	instead "[ \"\$1\$3\" != hookstarted ] || kill -KILL \$\$; exec $REAL \"\$@\""
	ok "turboctl is killed in a start, and one starts" virsh -q start one
	ok "the log says so" soon 60 log_has "domain one: turboctl ended with status 137 at 'started'"
	ok "nothing is attached" attached 0
	ok "turboctl hook --all does what it did not" $REAL hook --all
	turbo=one
	ok "it is attached" all_good
	ok "one is destroyed" virsh -q destroy one
	turbo=
	echo "strict = yes" >/etc/sched_turbo.conf
	ok "with strict = yes it does not start then" not virsh -q start one
	rm /etc/sched_turbo.conf
	ok "nothing of it is left" all_good
	instead "[ \"\$1\$3\" != hookstarted ] || kill -KILL \$PPID; exec $REAL \"\$@\""
	ok "the hook itself is killed: libvirt ends the start" not virsh -q start one
	ok "nothing of it is left" soon 120 all_good
	instead "[ \"\$1\$3\" != hookstarted ] || kill -KILL \$(cat /run/libvirt/qemu/\$2.pid); exec $REAL \"\$@\""
	log_empty
	virsh -q start one >/dev/null 2>&1 || true
	ok "QEMU is killed in a start: libvirt sees it" soon 120 state_is one "shut off"
	ok "nothing of it is left" all_good
	faults_end
	ok "after all that it starts" starts_and_ends
	for d in 0.3 1 3; do
		ok "libvirtd is killed $d s into a start: all is clear" faults_libvirtd $d
	done
}

# What its XML says can't be, or is no sense at all: it runs as it would without.
# $1 becomes $2 in two's, and the log has $3.
faults_metadata()
{
	define_changed two "$1" "$2" broken && log_empty &&
		virsh -q start broken && log_has "$3" &&
		log_has "domain broken: no vCPU of it is under SCHED_TURBO: it runs as it would without" &&
		state_is broken running && attached 0 && virsh -q destroy broken &&
		virsh -q undefine broken
}

faults_xml()
{
	local q="['\"]"
	ok "a vCPU that is not there: it starts as stock" faults_metadata \
		"vcpus=${q}1$q" "vcpus='7'" "there is no vCPU 7, only 0 to 1"
	ok "no list: it starts as stock" faults_metadata \
		"vcpus=${q}1$q" "vcpus='&#10;\&lt;one>'" "is no list of vCPUs"
	ok "a slice of an hour: it starts as stock" faults_metadata \
		"vcpus=${q}1$q" "vcpus='1' slice='1h'" "slice '1h' is no time from 100us to 10ms"
	ok "a weight that is none: it starts as stock" faults_metadata \
		"vcpus=${q}1$q" "vcpus='1' weight='-1'" "weight '-1' is no number"
	ok "a later version of ours: it starts as stock" faults_metadata \
		"urn:sched-turbo:domain:1" "urn:sched-turbo:domain:2" \
		"in namespace 'urn:sched-turbo:domain:2' is nothing that this turboctl knows"
	ok "all vCPUs are turbo: it starts as stock" faults_metadata \
		"vcpus=${q}1$q" "vcpus='0-1'" "no regular vCPU would be left of 2"
}
