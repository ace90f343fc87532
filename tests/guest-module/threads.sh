# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Sourced by inside: which threads may use the turbo vCPU.

case_threads()
{
	local early pin narrow
	sleep 1000 & early=$!
	taskset -c 3 sleep 1000 & pin=$!
	taskset -c 1-2 sleep 1000 & narrow=$!
	sleep 0.2
	snapshot before
	ok "many threads may run anywhere" test "$(straddlers | wc -l)" -ge 20
	load
	ok "all threads are off the turbo vCPU" eventually no_straddlers
	ok "one that was there" is "$(allowed $early)" 0-2
	ok "but not what was pinned there" is "$(allowed $pin)" 3
	ok "nor what was elsewhere" is "$(allowed $narrow)" 1-2
	sleep 1000 & local child=$!
	ok "a new one is off, too" is "$(allowed $child)" 0-2
	taskset -c 3 sleep 1000 & local later=$!
	sleep 0.3
	ok "a user may pin one there" is "$(allowed $later)" 3
	taskset -pc 0-3 $child >/dev/null
	ok "a wide affinity is made narrow again" eventually eval "is \"\$(allowed $child)\" 0-2"
	taskset -c 0-3 bash -c 'while :; do :; done' & local hog=$!
	ok "also that of a hog" eventually eval "is \"\$(allowed $hog)\" 0-2"
	kill $hog
	taskset -pc 2 $early >/dev/null
	mark
	unload
	ok "one that was moved meanwhile is left alone" is "$(allowed $early)" 2
	ok "and named" logged "thread $early"
	ok "a child of a thread that was taken off is put back" is "$(allowed $child)" 0-3
	ok "one pinned meanwhile stays" is "$(allowed $later)" 3
	taskset -pc 0-3 $early >/dev/null
	ok "everything is as before" unchanged before
	kill $early $pin $narrow $child $later
	# Forking like mad while the module comes and goes.
	bash -c 'while :; do for i in 1 2 3 4 5 6 7 8; do sleep 0.01 & done; wait; done' & local storm=$!
	sleep 0.5
	for _ in 1 2 3 4 5 6 7 8 9 10; do load; sleep 0.1; unload; done
	bash -c 'while :; do :; done' & hog=$!
	sleep 0.2
	ok "no child of a storm of forks is left narrow" bash -c \
		'for p in $(pgrep -P '"$storm"') '"$storm $hog"'; do
			a=$(awk "/^Cpus_allowed_list/ { print \$2 }" /proc/$p/status 2>/dev/null) || continue
			[ -z "$a" ] || [ "$a" = 0-3 ] || { echo "$p $a"; exit 1; }; done'
	kill $storm $hog
	# With one regular vCPU its workers have what the others are given.
	load turbo_vcpus=1,2,3
	new_workers
	ok "each vCPU's workers are its own" workers_bound
	unload
	ok "and stay so" workers_bound
}
# Keeps workers so busy that more are made.
new_workers()
{
	local i
	for i in 1 2 3 4 5 6 7 8 9 10; do
		echo 1 >/proc/sys/vm/drop_caches &
		echo 1 >/proc/sys/vm/stat_refresh &
		echo 1 >/proc/sys/vm/compact_memory &
		sleep 0.1
	done
	wait %% || true
}
