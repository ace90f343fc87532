# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# budget-lib.sh - VMs that want so much of regular and so much of turbo cores,
# and what they get; sourced after lib.sh

period_ms=10	# of the guests' bursts
regular=1	# CPUs
turbo=$(($(nproc --all) - 1))
second_turbo=	# of the mixes
if [ $turbo -ge 6 ]; then
	second_turbo=$turbo
	turbo=$((turbo - 1))
fi
settle=1
seconds=2
setup=turbo	# or stock: the same threads on the same CPUs, no module
layout=flat	# or libvirt
floor=0
frozen=		# VMs are stopped but while measure_frozen() looks

# From memory: files of the outer machine are slow.
cp "$micro" "$turboctl" "$module" "$numbers/slicetrace" "$numbers/idletrace" /tmp
micro=/tmp/microguest
turboctl=/tmp/turboctl
module=/tmp/sched_turbo.ko

cg=/sys/fs/cgroup
vms=()
declare -A vm_tids vm_pid snap

# The mode and the work of a vCPU that wants so many percent of a core, or
# "wakes": next to none, but 100 times a second.  (Some 20 us of work take up to
# 200 us under the virtual clock, as all CPUs take turns.)
mode_of()
{
	case $1 in
	0) echo idle ;;
	wakes) echo hlt ;;
	100) echo hog ;;
	*) echo duty ;;
	esac
}
busy_of() { awk -v p="$1" -v ms=$period_ms 'BEGIN { print p * ms * 10 }'; }

# A slice, a scope and a group for each thread, as libvirt makes them.
libvirt_groups() # NAME VCPUS
{
	local scope=$cg/machine.slice/machine-$1.scope i
	echo +cpu >$cg/cgroup.subtree_control
	mkdir -p $cg/machine.slice
	echo +cpu >$cg/machine.slice/cgroup.subtree_control
	mkdir -p "$scope"
	echo +cpu >"$scope/cgroup.subtree_control"
	mkdir -p "$scope/libvirt"
	for ((i = 0; i < $2; i++)); do
		mkdir -p "$scope/libvirt/vcpu$i"
		echo threaded >"$scope/libvirt/vcpu$i/cgroup.type"
	done
	mkdir -p "$scope/libvirt/emulator"
	echo threaded >"$scope/libvirt/emulator/cgroup.type"
	echo +cpu >"$scope/libvirt/cgroup.subtree_control"
	echo "$scope/libvirt"
}

# A VM: "vm NAME WEIGHT REGULAR[,REGULAR...] TURBO[,TURBO...]", the demands in
# percent of a core, TURBO "-" for no turbo vCPU at all.
vm()
{
	local name=$1 weight=$2 modes=() busy=() cpus=() group='' r t i n tids
	local args=(--steady) nr_regular
	IFS=, read -ra r <<<"$3"
	IFS=, read -ra t <<<"${4/#-/}"
	nr_regular=${#r[@]}
	for i in "${r[@]}"; do
		modes+=("$(mode_of "$i")")
		busy+=("$(busy_of "$i")")
		cpus+=("$regular")
	done
	for i in "${t[@]}"; do
		modes+=("$(mode_of "$i")")
		busy+=("$(busy_of "$i")")
		cpus+=("$turbo")
	done
	n=${#modes[@]}
	if [ $layout = libvirt ]; then
		group=$(libvirt_groups "$name" "$n")
		args+=(--cgroup "$group/emulator")
	fi
	guest "$name" --vcpus "$n" --mode "$(IFS=,; echo "${modes[*]}")" \
		--busy "$(IFS=,; echo "${busy[*]}")" \
		--period "$(awk -v ms=$period_ms 'BEGIN { print ms * 1000 }')" \
		--cpu "$(IFS=,; echo "${cpus[*]}")" "${args[@]}"
	vms+=("$name")
	vm_pid[$name]=${pids[-1]}
	mapfile -t tids < <(jq '.vcpus[].tid' "/tmp/guest-$name")
	vm_tids[$name]=${tids[*]}
	if [ "$group" ]; then
		for ((i = 0; i < n; i++)); do
			echo "${tids[i]}" >"$group/vcpu$i/cgroup.threads"
		done
		# what the operator can do without us: weights of the scopes
		echo $(((weight * 100 + 512) / 1024)) >"$group/../cpu.weight"
	fi
	if [ $setup = turbo ]; then
		"$turboctl" vm add --pid "${vm_pid[$name]}" --weight "$weight" --floor $floor
		for ((i = nr_regular; i < n; i++)); do
			"$turboctl" attach --tid "${tids[i]}" >/dev/null
		done
	fi
	[ ! $frozen ] || kill -STOP "${vm_pid[$name]}"
}

vms_stop()
{
	local v
	if [ $frozen ]; then
		kill -TERM "${pids[@]}"
		kill -CONT "${pids[@]}"
	fi
	guests_stop
	for v in "${vms[@]}"; do
		rmdir $cg/machine.slice/machine-$v.scope/libvirt/* \
			$cg/machine.slice/machine-$v.scope/libvirt \
			$cg/machine.slice/machine-$v.scope 2>/dev/null || true
	done
	vms=()
	vm_tids=()
	vm_pid=()
}

# All guests' counters at about the same moment, in /tmp/NAME.$1
snapshot() # SUFFIX
{
	local v
	for v in "${vms[@]}"; do rm -f "/tmp/guest-$v"; done
	for v in "${vms[@]}"; do kill -USR1 "${vm_pid[$v]}"; done
	for v in "${vms[@]}"; do
		while [ ! -s "/tmp/guest-$v" ]; do sleep 0.002; done
		cp "/tmp/guest-$v" "/tmp/$v.$1"
	done
}

# Percent of a core that each vCPU of a VM used between two snapshots.
used() # NAME [FROM TO]
{
	jq -rn --slurpfile a "/tmp/$1.${2:-a}" --slurpfile b "/tmp/$1.${3:-b}" '
		[range($b[0].vcpus | length) as $i |
		 ($b[0].vcpus[$i].run_ns - $a[0].vcpus[$i].run_ns) /
		 ($b[0].seconds - $a[0].seconds) / 1e7 * 100 | round / 100] |
		 map(tostring) | join(" ")'
}

# The same by the module's own account: regular and turbo.
accounted() # NAME
{
	jq -rn --argjson vm "${vm_pid[$1]}" --slurpfile a /tmp/stat.a \
		--slurpfile b /tmp/stat.b '
		def budget: .[0].vms[] | select(.vm == $vm).budget;
		(($b | budget).periods - ($a | budget).periods) as $periods |
		[($b | budget | .regular_used_ns, .turbo_used_ns)] as $y |
		[($a | budget | .regular_used_ns, .turbo_used_ns)] as $x |
		[range(2) as $i | ($y[$i] - $x[$i]) / $periods /
		 ($b | budget).period_ns * 10000 | round / 100] |
		map(tostring) | join(" ")'
}

measure()
{
	sleep $settle
	snapshot a
	[ ! -e /dev/sched_turbo ] || [ $setup = stock ] ||
		"$turboctl" stat --json >/tmp/stat.a
	sleep $seconds
	snapshot b
	[ ! -e /dev/sched_turbo ] || [ $setup = stock ] ||
		"$turboctl" stat --json >/tmp/stat.b
}

# measure() where many are measured one after the other.  All CPUs share the virtual
# clock's instructions, so that what this script does takes several times as long, of
# the outer machine's time, too, while VMs compute.  So they run while they settle and
# are measured only, and nothing is started meanwhile.  "$@" is before, in the background,
# and says that it is ready by making /tmp/ready.
measure_frozen() # COMMAND...
{
	local v status=0
	rm -f /tmp/ready
	"$@" &
	until [ -e /tmp/ready ] || ! kill -0 $! 2>/dev/null; do sleep 0.01; done
	kill -CONT "${pids[@]}"
	sleep $settle
	snapshot_quick a
	sleep $seconds
	snapshot_quick b
	kill -STOP "${pids[@]}"
	wait $! || status=$?
	for v in "${vms[@]}"; do
		echo "${snap[$v.a]}" >"/tmp/$v.a"
		echo "${snap[$v.b]}" >"/tmp/$v.b"
	done
	return $status
}

# As snapshot(), without a process but rm.
snapshot_quick() # SUFFIX
{
	local v
	rm -f "${vms[@]/#//tmp/guest-}"
	kill -USR1 "${pids[@]}"
	for v in "${vms[@]}"; do
		while [ ! -s "/tmp/guest-$v" ]; do
			read -rt 0.002 -u "$never" || true
		done
		read -rd '' "snap[$v.$1]" <"/tmp/guest-$v" || true
	done
}
# What can be read from, and never is: to wait for a moment.
exec {never}<> <(:)

# |a - b|, and the larger of two numbers.
error() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a < b ? b - a : a - b }'; }
larger() { awk -v a="$1" -v b="$2" 'BEGIN { print a < b ? b : a }'; }
