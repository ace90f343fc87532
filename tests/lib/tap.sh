# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# tap.sh - run stages that print TAP, count what they say
#
# A stage is a command.  Each of its lines "ok ..." is a test passed, unless it
# says "# SKIP", and each "not ok ..." one failed.  A stage that ends with a
# status other than 0 has failed even if none of its lines says so; one that
# ends with 0 and printed no such line counts as one test.

tap_dir='' tap_limit='' tap_passed=0 tap_failed=0 tap_skipped=0
tap_report='' tap_times=''

tap_begin() # DIRECTORY for the logs, MINUTES after which no stage begins
{
	tap_dir=$1
	tap_limit=${2:-}
	mkdir -p "$tap_dir"
	tap_report=$tap_dir/failures
	: >"$tap_report"
}

# Stages that need not wait for others: tap_later() remembers a tap_stage, or a
# function with several, and tap_all() runs them, so many at a time, and waits.
tap_queue=()
tap_later() # COMMAND...
{
	tap_queue+=("$(printf '%q ' "$@")")
}

tap_all() # HOW MANY AT A TIME
{
	local i tokens p f s times
	# Who has a token runs.  ("wait -n" also tells of what has long ended.)
	rm -f "$tap_dir/tokens"
	mkfifo "$tap_dir/tokens"
	exec {tokens}<>"$tap_dir/tokens"
	rm "$tap_dir/tokens"
	for ((i = 0; i < $1; i++)); do
		echo >&"$tokens"
	done
	for i in "${!tap_queue[@]}"; do
		read -r -u "$tokens"
		(
			trap 'echo >&"$tokens"' EXIT
			tap_one "$i"
		) &
	done
	wait
	for i in "${!tap_queue[@]}"; do
		# One that has ended by itself has failed.
		p=0 f=1 s=0 times=
		[ ! -e "$tap_dir/counts.$i" ] ||
			{ read -r p f s && times=$(cat); } <"$tap_dir/counts.$i"
		tap_passed=$((tap_passed + p))
		tap_failed=$((tap_failed + f))
		tap_skipped=$((tap_skipped + s))
		tap_times+="${times:+$times$'\n'}"
		rm -f "$tap_dir/counts.$i"
	done
	exec {tokens}>&-
	tap_queue=()
}

# Stage $1 of the queue, in a shell of its own.
tap_one()
{
	tap_passed=0 tap_failed=0 tap_skipped=0 tap_times=
	rm -f "$tap_dir/counts.$1"
	eval "${tap_queue[$1]}"
	printf '%s %s %s\n%s' "$tap_passed" "$tap_failed" "$tap_skipped" \
		"$tap_times" >"$tap_dir/counts.$1"
}

tap_stage() # NAME COMMAND...
{
	local name=$1 status=0 start=$SECONDS log p f s
	shift
	if [ -n "$tap_limit" ] && [ $((SECONDS / 60)) -ge "$tap_limit" ]; then
		echo "$name: not run, $tap_limit minutes are over"
		tap_skipped=$((tap_skipped + 1))
		return
	fi
	log=$tap_dir/${name//[^a-zA-Z0-9.]/-}.log
	printf '%s ...\n' "$name"
	"$@" >"$log" 2>&1 </dev/null || status=$?
	if tap_emulator_stopped "$status" "$log" && tap_time_left; then
		mv "$log" "$log.stopped"
		echo "$name: the emulator failed; once more (see $log.stopped)"
		tap_gist "$name, the first time" "$status" "$log.stopped" >>"$tap_report"
		status=0
		"$@" >"$log" 2>&1 </dev/null || status=$?
	fi
	f=$(grep -c '^not ok' "$log" || true)
	s=$(grep -c '^ok.*# SKIP' "$log" || true)
	p=$(($(grep -c '^ok' "$log" || true) - s))
	if [ "$status" != 0 ] && [ "$f" = 0 ]; then
		f=1
	elif [ "$status" = 0 ] && [ $((p + f + s)) = 0 ]; then
		p=1
	fi
	tap_passed=$((tap_passed + p))
	tap_failed=$((tap_failed + f))
	tap_skipped=$((tap_skipped + s))
	tap_times+="$((SECONDS - start)) s $name"$'\n'
	printf '%s: %d passed, %d failed, %d skipped in %d s; %d:%02d in all\n' \
		"$name" "$p" "$f" "$s" $((SECONDS - start)) \
		$((SECONDS / 60)) $((SECONDS % 60))
	if [ "$f" != 0 ]; then
		grep -A 2 -E '^not ok|^# .*: FAILED' "$log" | head -n 60 || true
		echo "--- the end of $log (status $status):"
		tail -n 40 "$log"
		echo "---"
		tap_gist "$name" "$status" "$log" >>"$tap_report"
	fi
}

# Is there time for a stage that has failed to run once more?
tap_time_left() { [ -z "$tap_limit" ] || [ $((SECONDS / 60)) -lt $((tap_limit + 15)) ]; }

# Under TCG, with a thread a CPU, an idle CPU now and then loses a timer, or QEMU
# fails by an assertion of its own: see tests/host/README.md.  A host that hangs or
# ends with nothing but that in its kernel's log, and none of our code in any
# backtrace, is started once more.
tap_emulator_stopped() # STATUS LOG
{
	grep -q '^run: kernel .*, tcg, wall clock' "$2" &&
		! grep -qE '\[(sched_turbo|turbo_guest)' "$2" || return 1
	case $1 in
	0) return 1 ;;
	98|124|125) ! grep -q '^run: kernel bug reports' "$2" && return ;;
	esac
	# Of a stage that starts several hosts, one may have.
	grep -qE "^qemu-system-.*: Assertion|kthread timer wakeup didn't happen" "$2"
}

# The gist of a failure, for tap_end(): of a long output often only the last
# thousand characters or two are kept.
tap_gist() # NAME STATUS LOG
{
	{
		echo "$1: status $2"
		grep -E '^not ok|^# .*: FAILED' "$3" | head -n 5 || true
		grep -E 'BUG|WARNING: |Oops|RIP: 0010|panic|still running' "$3" |
			head -n 5 || true
		tail -n 3 "$3"
	} | cut -c 1-100
}

tap_end() # prints what took long, what failed, the sum; status 1 for a failure
{
	echo "the longest: $(sort -rn <<<"$tap_times" | head -n 5 | paste -sd';')"
	cat "$tap_report"
	if [ "$tap_skipped" != 0 ]; then
		printf '%d passed, %d failed, %d skipped\n' \
			"$tap_passed" "$tap_failed" "$tap_skipped"
	else
		printf '%d passed, %d failed\n' "$tap_passed" "$tap_failed"
	fi
	[ "$tap_failed" = 0 ]
}
