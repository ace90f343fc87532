# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Sourced by what runs libvirt in the test host: its daemon, its log, domains,
# and what they have to be like.

# shellcheck source=../guest/linux/lib.sh
. "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../guest/linux/lib.sh"

LV_RUN=/run/lv
LV_LOG=$LV_RUN/syslog
LV_CORE=3
mkdir -p "$LV_RUN"

n=0 failed=
# Domains that run now: with turbo vCPUs, and without.
turbo='' stock=''

# ok NAME COMMAND...: a test passes if the command does.
ok()
{
	local name=$1
	shift
	n=$((n + 1))
	[ ! -e "$LV_RUN/check.log" ] || mv "$LV_RUN/check.log" "$LV_RUN/last.log"
	if "$@" >"$LV_RUN/check.log" 2>&1; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		sed 's/^/# /' "$LV_RUN/check.log"
		failed=1
	fi
}

not() { ! "$@"; }
same() { [ "$1" = "$2" ] || { echo "'$1' is not '$2'"; return 1; }; }
# Until it is so, for at most $1 seconds.
soon()
{
	local end=$((SECONDS + $1)) out
	shift
	until out=$("$@" 2>&1); do
		[ $SECONDS -lt $end ] || { echo "$out"; return 1; }
		sleep 0.5
	done
}

affinity() { awk '/^Cpus_allowed_list/ { print $2 }' "/proc/$1/status"; }
log_has() { grep -F -- "$1" "$LV_LOG" || { tail -n 5 "$LV_LOG"; return 1; }; }
log_empty() { : >"$LV_LOG"; }
has_vcpu() { [ -n "$(lv_thread "$1" "$2")" ]; }
state_is() { same "$(virsh -q domstate "$1" | head -n 1)" "$2"; }

# As many threads as $1 are under SCHED_TURBO in all.
attached() { same "$(turboctl stat --json | jq '[.vms[].threads[]] | length')" "$1"; }

# Slice in ns, or "core" for its core's, and weight of domain $1.
declare -A LV_SLICE=([one]=200000) LV_WEIGHT=([one]=2048 [two]=512)

# Domain $1 has exactly vCPU 1 under SCHED_TURBO, with its slice and weight.
turbo_is()
{
	local tid json
	tid=$(lv_thread "$1" 1)
	json=$(turboctl stat --json --vm "$(lv_pid "$1")") || return 1
	jq -e --argjson t "$tid" --arg s "${LV_SLICE[$1]:-core}" \
		--argjson w "${LV_WEIGHT[$1]:-1024}" '.vms | length == 1 and
		(.[0].threads | map(.tid) == [$t]) and
		(.[0].threads[0] | if $s == "core" then .own_slice | not
			else .own_slice and .slice_ns == ($s | tonumber) end) and
		.[0].budget.weight == $w' <<<"$json" >/dev/null ||
		{ echo "$1: vCPU 1 is $tid: $(jq -c .vms <<<"$json")"; return 1; }
}

# Each thread of domain $1 is of the fair class; vCPU $2 is on the turbo core, all
# others are off it.  But for KVM's own that splits huge pages once an hour: it
# inherits the affinity of the first vCPU that runs, and the kernel tells nobody
# that it is made.
threads_are_good()
{
	local task comm cpus policy
	for task in "/proc/$(lv_pid "$1")/task"/*; do
		# It may have ended meanwhile.
		read -r comm 2>/dev/null <"$task/comm" || continue
		cpus=$(affinity "${task#/proc/}" 2>/dev/null) || continue
		policy=$(sed 's/.*) //' "$task/stat" | cut -d' ' -f39)
		same "$comm: policy $policy" "$comm: policy 0" || return 1
		case $comm,$cpus in
		"CPU ${2:-none}/KVM,$LV_CORE"|kvm-nx-lpage-*) ;;
		"CPU ${2:-none}/KVM,"*|*,*$LV_CORE*)
			echo "domain $1: $comm may run on $cpus"
			return 1 ;;
		esac
	done
}

# What is to be so after whatever happens: the turbo vCPUs of the domains that
# have one are under SCHED_TURBO with slice and weight, on their core; nothing
# else is, nor on that core; and nobody has said a word of those without.
all_good()
{
	local d nr=0
	for d in $turbo; do
		turbo_is "$d" && threads_are_good "$d" 1 || return 1
		nr=$((nr + 1))
	done
	for d in $stock; do
		not turboctl stat --vm "$(lv_pid "$d")" 2>/dev/null &&
			threads_are_good "$d" || return 1
		! grep -F "domain $d:" "$LV_LOG" || return 1
	done
	attached $nr
}

restart_libvirtd() # SIGNAL
{
	local pid
	pid=$(lv_daemon_pid)
	kill "-$1" "$pid"
	soon 120 test ! -e "/proc/$pid"
	lv_daemon_start
}

# QEMU as root, its logs in files: there is neither systemd nor another daemon.
lv_configure()
{
	cat >/etc/libvirt/qemu.conf <<-EOF
		user = "root"
		group = "root"
		security_driver = "none"
		namespaces = []
		stdio_handler = "file"
		remember_owner = 0
	EOF
	# shellcheck disable=SC2016 # libvirt's words
	cat >/etc/libvirt/libvirtd.conf <<-EOF
		log_outputs = "2:file:$LV_RUN/libvirtd.log"
		host_uuid = "5c4ed000-0000-4000-8000-000000000001"
		auth_unix_rw = "none"
		auth_unix_ro = "none"
	EOF
	lv_log_start
	lv_event_injection
}

# Else a guest on QEMU's TCG may end in "KVM internal error. Suberror: 3" on kernels
# that look closely: tests/guest/linux/virtual-clock.md.
lv_event_injection()
{
	! grep -q 'QEMU TCG' /proc/cpuinfo || [ -e /sys/module/st_eventinj ] ||
		insmod "$ST_BUILD/tests/guest/linux/eventinj/st_eventinj.ko"
}

# What logs in words goes here, as it would to the journal.  That of Debian 12 does
# not know of rotation, which is not wanted.
lv_log_start()
{
	[ -S /dev/log ] || busybox syslogd -O "$LV_LOG" -s 0 2>/dev/null ||
		busybox syslogd -O "$LV_LOG"
}

# Starts libvirtd and waits until it answers.  It asks QEMU what it can do, which
# takes a while here.
lv_daemon_start()
{
	local i
	libvirtd -d -p "$LV_RUN/libvirtd.pid"
	for ((i = 0; i < 400; i++)); do
		virsh -q list >/dev/null 2>&1 && return
		sleep 1
	done
	echo "libvirtd does not answer" >&2
	return 1
}

lv_daemon_pid() { cat "$LV_RUN/libvirtd.pid"; }

# What domain $1 and lv_exec() talk through.
lv_port()
{
	mkdir -p "$GUEST_RUN/$1"
	[ -p "$GUEST_RUN/$1/port.in" ] ||
		mkfifo "$GUEST_RUN/$1/port.in" "$GUEST_RUN/$1/port.out"
}

# The domain of a small guest $1 with $2 vCPUs; $3 goes into <domain>.
lv_domain()
{
	local kver initrd feature
	lv_port "$1"
	kver=$(uname -r)
	[ -e "/boot/vmlinuz-$kver" ] ||
		kver=$(find /boot -name 'vmlinuz-*' -printf '%f\n' | sort -V | sed -n '1s/vmlinuz-//p')
	initrd=$ST_BUILD/tests/guest/linux/initrd-$kver
	# libvirt says so where nobody looks.
	[ -e "$initrd" ] || { echo "no $initrd: tests/host/build makes it" >&2; return 1; }
	cat <<-EOF
	<domain type='kvm'>
	  <name>$1</name>
	  <memory unit='MiB'>192</memory>
	  <vcpu>$2</vcpu>
	  ${3:-}
	  <os>
	    <type arch='x86_64' machine='q35'>hvm</type>
	    <kernel>/boot/vmlinuz-$kver</kernel>
	    <initrd>$initrd</initrd>
	    <cmdline>console=ttyS0 loglevel=5 panic=-1 noreplace-smp st.name=$1 st.ip=10.77.1.2 st.regular=1</cmdline>
	  </os>
	  <features><acpi/><apic/></features>
	  <cpu mode='host-passthrough'>
	EOF
	# As tests/guest/linux/guest has it.
	for feature in xsave avx avx2 fma f16c vaes vpclmulqdq pku; do
		echo "    <feature policy='disable' name='$feature'/>"
	done
	cat <<-EOF
	  </cpu>
	  <on_reboot>restart</on_reboot>
	  <devices>
	    <emulator>/usr/bin/qemu-system-x86_64</emulator>
	    <controller type='usb' model='none'/>
	    <serial type='file'><source path='/out/guest-$1.log' append='on'/></serial>
	    <!-- A port that nobody has at the other end tells the guest to power off. -->
	    <channel type='pipe'>
	      <source path='$GUEST_RUN/$1/port'/>
	      <target type='virtio' name='port'/>
	    </channel>
	    <memballoon model='none'/>
	  </devices>
	</domain>
	EOF
}

# Runs command $3... in domain $2, within $1 s: see tests/guest/linux/lib.sh.
lv_exec()
{
	echo "pid $(lv_pid "$2")" >"$GUEST_RUN/$2/words"
	guest_exec "$@"
}

# Its QEMU, whichever libvirtd has it.
lv_pid()
{
	cat "/run/libvirt/qemu/$1.pid" 2>/dev/null ||
		cat "/proc/$(cat "$LV_RUN/other.pid" 2>/dev/null)/root/run/libvirt/qemu/$1.pid" 2>/dev/null
}

# The thread of vCPU $2 of domain $1.
lv_thread()
{
	local t comm
	for t in "/proc/$(lv_pid "$1")/task"/*; do
		read -r comm 2>/dev/null <"$t/comm" || continue
		[ "$comm" != "CPU $2/KVM" ] || echo "${t##*/}"
	done
}
