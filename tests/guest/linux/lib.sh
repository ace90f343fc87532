# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Sourced by the programs here that run in the test host: where a guest's
# things are, its threads, and how to talk to it.

set -euo pipefail

# shellcheck disable=SC2034 # for whoever sources this
GUEST_SRC=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
GUEST_RUN=/run/guest

me=${0##*/}
say() { echo "$me: $*" >&2; }
die() { say "$*"; exit 1; }

# Directory of guest $1.
guest_dir()
{
	[ -e "$GUEST_RUN/$1/words" ] || die "there is no guest $1"
	echo "$GUEST_RUN/$1"
}

# Value $2 of guest $1, see "guest show".
guest_word() { awk -v w="$2" '$1 == w { print $2 }' "$(guest_dir "$1")/words"; }

guest_alive() { [ -e "$GUEST_RUN/$1/words" ] && kill -0 "$(guest_word "$1" pid)" 2>/dev/null; }

# Ids and names of the threads of guest $1.
guest_threads()
{
	local t comm
	for t in "/proc/$(guest_word "$1" pid)/task"/*; do
		# It may have ended meanwhile.
		read -r comm 2>/dev/null <"$t/comm" || continue
		echo "${t##*/} $comm"
	done
}

guest_vcpu_thread() { guest_threads "$1" | awk -v n="$2" '$2 == "CPU" && $3 == n "/KVM" { print $1 }'; }

# All but the vCPUs: QEMU's own, and vhost's, which is one of QEMU's since 6.4 and
# a kernel thread before.
guest_rest_threads()
{
	guest_threads "$1" | awk '$2 != "CPU" { print $1 }'
	pgrep -x "vhost-$(guest_word "$1" pid)" || true
}

# Puts drivers, for kernel $1, and what they stand on, in directory $2, as plain
# files whose names are in the order in which they can be loaded.
guest_modules()
{
	local version=$1 dir=$2 n=100 module name
	shift 2
	mkdir -p "$dir"
	modprobe -S "$version" --show-depends -a "$@" |
		awk '$1 == "insmod" && !seen[$2]++ { print $2 }' |
		while read -r module; do
			name=$dir/$((n++))-${module##*/}
			case $module in
			*.xz) xz -dc "$module" >"${name%.xz}" ;;
			*.zst) zstd -qdc "$module" >"${name%.zst}" ;;
			*) cp "$module" "$name" ;;
			esac
		done
}

# guest_exec SECONDS NAME COMMAND...: runs a shell command in the guest, prints
# what it prints and ends as it ends; 124 after so many seconds, 125 if the guest
# has gone.
#
# Commands and answers go through one virtio-serial port, which has two FIFOs
# here.  A command is "ID COMMAND", its answer is between lines "^B ID" and "^D ID
# STATUS", so that what a command that ran too long still has to say is not
# taken for the next one's answer.
guest_exec()
{
	local limit=$1 name=$2 dir line lock in out id=$BASHPID.$SECONDS.$RANDOM
	local status=124 end begun='' part=''
	dir=$(guest_dir "$name")
	shift 2
	[[ $* != *$'\n'* ]] || die "a command in a guest is one line"
	exec {lock}>"$dir/lock"
	flock "$lock"
	# For reading and writing, so that neither open waits for the other end
	# should QEMU be gone.
	exec {in}<>"$dir/port.in" {out}<>"$dir/port.out"
	printf '%s %s\n' "$id" "$*" >&"$in"
	end=$((SECONDS + limit))
	while [ "$SECONDS" -lt "$end" ]; do
		if ! IFS= read -r -t 1 -u "$out" line; then
			# Maybe the start of a line.
			part+=$line
			guest_alive "$name" && continue
			status=125
			break
		fi
		line=$part$line
		part=
		case $line in
		$'\002'"$id") begun=1 ;;
		$'\004'"$id "*) status=${line##* }; break ;;
		*) [ -z "$begun" ] || printf '%s\n' "$line" ;;
		esac
	done
	exec {in}>&- {out}>&- {lock}>&-
	return "$status"
}
