# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# bash completion for turboctl(8)

# The CPUs that are turbo cores, or online ones that are not.
_turboctl_cores()
{
	turboctl core list 2>/dev/null | awk '$1 ~ /^[0-9]+$/ { print $1 }'
}

_turboctl_other_cpus()
{
	local range cores cpu first last
	cores=" $(_turboctl_cores | tr '\n' ' ')"
	for range in $(tr ',' ' ' </sys/devices/system/cpu/online); do
		first=${range%-*} last=${range#*-}
		for ((cpu = first; cpu <= last; cpu++)); do
			[[ $cores == *" $cpu "* ]] || echo "$cpu"
		done
	done
}

# The threads, or with "vm" the processes, under SCHED_TURBO.
_turboctl_attached()
{
	if [[ $1 == vm ]]; then
		turboctl stat 2>/dev/null | awk '$1 == "VM" { print $2 }'
	else
		turboctl stat 2>/dev/null |
			awk 'head && $1 ~ /^[0-9]+$/ { print $1 } $1 == "TID" { head = 1 }'
	fi
}

# The vCPUs of process $1 that QEMU named.
_turboctl_vcpus()
{
	cat "/proc/$1"/task/*/comm 2>/dev/null |
		sed -n 's|^CPU \([0-9]*\)/KVM$|\1|p'
}

_turboctl_words()
{
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

_turboctl()
{
	local cur prev command verb pid i
	cur=${COMP_WORDS[COMP_CWORD]}
	prev=${COMP_WORDS[COMP_CWORD - 1]}
	command=${COMP_WORDS[1]}
	COMPREPLY=()

	if [[ $COMP_CWORD == 1 ]]; then
		_turboctl_words "core attach detach slice run qemu stat vm xml host hook version --help --version"
		return
	fi

	# Their commands complete as they would without us.
	if [[ $command == run || $command == qemu ]]; then
		for ((i = 2; i < COMP_CWORD; i++)); do
			case ${COMP_WORDS[i]} in
			--slice|--turbo|--weight) ((i++)) ;;
			--) ((i++)); break ;;
			-*) ;;
			*) break ;;
			esac
		done
		if ((i < COMP_CWORD)) || [[ $prev == -- ]] ||
		   { ((i == COMP_CWORD)) && [[ $cur != -* ]]; }; then
			if declare -F _command_offset >/dev/null; then
				_command_offset "$i"
			else
				mapfile -t COMPREPLY < <(compgen -cf -- "$cur")
			fi
			return
		fi
	fi

	case $prev in
	--slice)
		_turboctl_words "100us 200us 500us 1ms 10ms"
		return ;;
	--cpu)
		_turboctl_words "$(_turboctl_cores)"
		return ;;
	--qmp)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return ;;
	--cores|--host)
		_turboctl_words "$(_turboctl_cores | paste -sd,) $(</sys/devices/system/cpu/online)"
		return ;;
	--turbo)
		_turboctl_words "1 2"
		return ;;
	--pid)
		if [[ $command == detach ]]; then
			_turboctl_words "$(_turboctl_attached vm)"
		else
			_turboctl_words "$(pgrep '^(qemu|kvm)' 2>/dev/null)"
		fi
		return ;;
	--vm)
		_turboctl_words "$(_turboctl_attached vm)"
		return ;;
	--tid)
		[[ $command != detach ]] || _turboctl_words "$(_turboctl_attached)"
		return ;;
	--turbo-vcpu)
		for ((i = 2; i < COMP_CWORD; i++)); do
			[[ ${COMP_WORDS[i]} != --pid ]] || pid=${COMP_WORDS[i + 1]}
		done
		[[ -z $pid ]] || _turboctl_words "$(_turboctl_vcpus "$pid")"
		return ;;
	esac

	case $command in
	core)
		verb=${COMP_WORDS[2]}
		if [[ $COMP_CWORD == 2 ]]; then
			_turboctl_words "add del list --help"
		elif [[ $verb == add && $cur == -* ]]; then
			_turboctl_words "--slice --no-isolate --help"
		elif [[ $verb == add ]]; then
			_turboctl_words "$(_turboctl_other_cpus)"
		elif [[ $verb == del ]]; then
			_turboctl_words "$(_turboctl_cores)"
		elif [[ $verb == list ]]; then
			_turboctl_words "--json --help"
		fi ;;
	attach)
		_turboctl_words "--pid --qmp --turbo-vcpu --tid --slice --help" ;;
	detach)
		if [[ $cur != -* && " ${COMP_WORDS[*]} " == *" --tid "* ]]; then
			_turboctl_words "$(_turboctl_attached)"
		else
			_turboctl_words "--tid --pid --all --help"
		fi ;;
	slice)
		if [[ $cur == -* ]]; then
			_turboctl_words "--cpu --help"
		else
			_turboctl_words "100us 200us 500us 1ms 10ms"
		fi ;;
	run)
		_turboctl_words "--slice --help" ;;
	stat)
		_turboctl_words "--json --watch --vm --help" ;;
	vm)
		verb=${COMP_WORDS[2]}
		if [[ $COMP_CWORD == 2 ]]; then
			_turboctl_words "list set add del period --help"
		elif [[ $verb == list ]]; then
			_turboctl_words "--json --help"
		elif [[ $verb == period ]]; then
			_turboctl_words "10ms 30ms 100ms"
		elif [[ $verb == del ]]; then
			_turboctl_words "--pid --help"
		else
			_turboctl_words "--pid --weight --floor --help"
		fi ;;
	qemu)
		_turboctl_words "--turbo --slice --weight --print --help --" ;;
	xml)
		if [[ $cur == -* ]]; then
			_turboctl_words "--turbo --slice --weight --cores --host --undo --in-place --help"
		else
			mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		fi ;;
	host)
		_turboctl_words "start stop --help" ;;
	hook)
		_turboctl_words "--all --help" ;;
	version)
		_turboctl_words "--json --help" ;;
	esac
}

complete -F _turboctl turboctl
