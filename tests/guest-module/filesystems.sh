# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Sourced by inside: the kernel's threads that turn dirty memory into I/O, of
# file systems that are there before the module and of such as come later.

# All threads whose name begins with $1 may run on CPUs $2; there is one.
threads_at()
{
	local p n=0
	for p in $(pgrep "^$1"); do
		n=$((n + 1))
		is "$(allowed "$p")" "$2" || return 1
	done
	[ "$n" -gt 0 ]
}

# What jbd2 sends to disk $1 while a writer on CPU 0 waits for it: from where.
commits()
{
	local t=/sys/kernel/tracing i
	echo 0 >$t/tracing_on
	: >$t/trace
	echo 1 >$t/events/block/block_rq_issue/enable
	echo 1 >$t/tracing_on
	for i in 1 2 3 4 5 6 7 8; do
		taskset -c 0 dd if=/dev/zero of=/mnt/synced bs=4k count=1 conv=fsync 2>/dev/null
	done
	echo 0 >$t/tracing_on
	echo 0 >$t/events/block/enable
	grep -E "^ *jbd2/$1" $t/trace >"$tmp/trace" || true
	awk '{ match($0, /\[[0-9]+\]/); c[substr($0, RSTART + 1, RLENGTH - 2) + 0]++; n++ }
		END { for (i = 0; i < 4; i++) printf "CPU %d: %d ", i, c[i]; print ""; exit !(n >= 8 && c[3] == n) }' "$tmp/trace"
}

case_filesystems()
{
	local d nfsd=/proc/fs/nfsd kind
	d=$(disk many)
	mkfs.ext4 -q -F "/dev/$d"
	mount -t ext4 -o noatime "/dev/$d" /mnt
	if modprobe nfsd; then
		mountpoint -q $nfsd || mount -t nfsd nfsd $nfsd
		# version 4 only: the others are announced to rpcbind
		echo "-3 +4" >$nfsd/versions
		echo "tcp 2049" >$nfsd/portlist
		echo 2 >$nfsd/threads
	else
		nfsd=
	fi
	snapshot before
	load
	ok "jbd2 runs on the turbo vCPU" eventually threads_at "jbd2/$d" 3
	ok "and commits from there what others wait for" commits "$d"
	[ ! "$nfsd" ] || ok "nfsd runs there, too" eventually threads_at nfsd 3
	unload
	ok "they get back what they had" threads_at "jbd2/$d" 0-3
	ok "everything is as before" unchanged before
	[ ! "$nfsd" ] || echo 0 >$nfsd/threads
	busybox umount /mnt
	load
	for kind in ext4 xfs; do
		# Debian's kernels for the cloud have no XFS.
		modprobe $kind || continue
		"mkfs.$kind" -q $([ $kind = ext4 ] && echo -F || echo -f) "/dev/$d"
		mount -t $kind "/dev/$d" /mnt
		case $kind in
		ext4) ok "a journal that comes later" eventually threads_at "jbd2/$d" 3 ;;
		xfs) ok "and a log of XFS" eventually threads_at "xfsaild/$d" 3 ;;
		esac
		busybox umount /mnt
	done
	unload
}
