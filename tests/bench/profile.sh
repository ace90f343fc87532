# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# profile.sh - where the CPUs' time goes while a bench takes a sample; sourced by
# guests.sh for "tests/bench/run --profile"
#
# perf samples all CPUs of the test host, and sees into the guests, by the kernel's
# high-resolution timer: an emulated CPU has no counters.  Under the virtual clock a
# nanosecond is an instruction, so that a profile counts instructions.  The figures of
# a run with profiles are no results: sampling costs something.
#
# A profile is "profile-ROUND-ARM-COMMAND" beside the samples: percent of all CPUs'
# time by thread and function; [k] is the host, [g] and [u] a guest's kernel and
# programs, "CPU 1/KVM" a guest's vCPU 1.

software
perf=(perf kvm --host --guest --guestkallsyms=/tmp/profile/kallsyms
      --guestmodules=/tmp/profile/modules)

# Symbols of guest "one"; the others run the same kernel at the same addresses.
profile_symbols()
{
	local file
	mkdir -p /tmp/profile
	for file in kallsyms modules; do
		"$G" exec one "nc -l -p 9999 </proc/$file >/dev/null 2>&1 &"
		sleep 0.5
		cat <"/dev/tcp/$ip/9999" >/tmp/profile/$file
	done
}

profile_begin()
{
	local answer
	# Modules come and go.
	profile_symbols
	[ -p /tmp/profile/control ] || mkfifo /tmp/profile/{control,answer}
	# It takes seconds until perf is ready.
	"${client[@]}" "${perf[@]}" record -q -a -e cpu-clock -F 4000 -D -1 \
		--control fifo:/tmp/profile/control,/tmp/profile/answer \
		-o /tmp/profile/data >/tmp/profile/record 2>&1 &
	profile_pid=$!
	echo enable >/tmp/profile/control
	read -r answer </tmp/profile/answer
}

profile_end() # NAME
{
	local name=profile-$bench_round-${1//[^a-z0-9.+-]/-}
	kill -INT "$profile_pid"
	wait "$profile_pid" || true
	{
		echo "# $1"
		"${perf[@]}" report -q -i /tmp/profile/data --stdio \
			--sort cpu,comm,sym --percent-limit 0.02 2>/tmp/profile/report
		cat /tmp/profile/report
	} >"/out/${name:0:120}" || true
}
