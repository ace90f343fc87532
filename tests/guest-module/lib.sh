# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Sourced by inside: what the tests of turbo_guest.ko share.

ko=$ST_BUILD/guest-kmod/turbo_guest.ko
stat=/sys/kernel/debug/turbo_guest/steer
tmp=$(mktemp -d)
n=0
failed=

# ok NAME COMMAND...: a test passes if the command does.
ok()
{
	local name=$1
	shift
	n=$((n + 1))
	if "$@" >"$tmp/log" 2>&1; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		head -n 40 "$tmp/log" | sed 's/^/# /'
		failed=1
	fi
}

is() # GOT WANTED
{
	[ "$1" = "$2" ] || { echo "got '$1', wanted '$2'"; return 1; }
}

# eventually COMMAND...: succeeds within 30 seconds, or as many as "patience" says
eventually()
{
	local end=$((SECONDS + ${patience:-30}))
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.02
	done
}

not() { ! "$@"; }

load() { insmod "$ko" "$@"; }
unload() { rmmod turbo_guest; }
count() { jq ".counts.$1" "$stat"; }
# "dmesg" to the end of a mark, and what was logged since.
mark() { dmesg | wc -l >"$tmp/mark"; }
logged() { dmesg | tail -n "+$(($(<"$tmp/mark") + 1))" | grep -F -- "$1"; }

online() { echo "$2" >"/sys/devices/system/cpu/cpu$1/online"; }

# The interrupts of network cards and disks, as "IRQ ADDRESS", from sysfs.
vectors()
{
	local dev irq
	for dev in /sys/bus/pci/devices/*; do
		case $(<"$dev/class") in
		0x01*|0x02*) ;;
		*) continue ;;
		esac
		for irq in "$dev"/msi_irqs/*; do
			# Those that are in use have a handler.
			irq=${irq##*/}
			[ ! -e "/proc/irq/$irq" ] ||
				[ -z "$(find "/proc/irq/$irq" -mindepth 1 -type d)" ] ||
				echo "$irq ${dev##*/}"
		done
	done
}
managed() { not test_write "$1"; }
# Whether user space may move interrupt $1; moves it to where it is.
test_write()
{
	cat "/proc/irq/$1/smp_affinity" 2>/dev/null >"$tmp/mask"
	cat "$tmp/mask" 2>/dev/null >"/proc/irq/$1/smp_affinity"
}
affinity() { cat "/proc/irq/$1/smp_affinity_list"; }
effective() { cat "/proc/irq/$1/effective_affinity_list"; }
# How often interrupt $1 has come to CPU $2.
came() { awk -v irq="$1:" -v c="$2" '$1 == irq { print $(2 + c) }' /proc/interrupts; }

# How often the interrupts of the device at address $1 have come to CPU $2.
sum_came()
{
	local irq dev n=0
	while read -r irq dev; do
		[ "$dev" != "$1" ] || n=$((n + $(came "$irq" "$2")))
	done < <(vectors)
	echo $n
}

# The disk with serial number $1, and the PCI address of a disk or interface.
disk()
{
	local d
	for d in /sys/block/*; do
		if [ "$(cat "$d/serial" 2>/dev/null)" = "$1" ]; then
			echo "${d##*/}"
		fi
	done
}
# The interrupt of the network card's first receive queue.
net_irq() { awk -v d="$(basename "$(realpath "/sys/class/net/$(net)/device")")-input.0" '$NF == d { sub(":", ""); print $1 }' /proc/interrupts; }
# The network card of another kind.
nic() { basename /sys/bus/pci/drivers/e1000e/0*/net/*; }
net() { basename /sys/bus/virtio/drivers/virtio_net/virtio*/net/*; }
address() { realpath "$1" | grep -o '0000:[0-9a-f:.]*' | tail -n 1; }

allowed() { awk '/^Cpus_allowed_list/ { print $2 }' "/proc/$1/status"; }

# Threads that may run on CPU 3 and on others, as "TID AFFINITY NAME".  Those
# that the kernel binds, but that aren't workers of unbound queues, are its own
# affair, as are those that it has just made, or that have hardly slept since.
straddlers()
{
	python3 - "$@" <<-EOF
	import glob
	for status in glob.glob('/proc/[0-9]*/task/[0-9]*/status'):
	    try:
	        words = dict(l.rstrip('\n').split(':\t', 1) for l in open(status) if ':\t' in l)
	        flags = int(open(status.replace('status', 'stat')).read().rsplit(')', 1)[1].split()[6])
	    except (OSError, IndexError):
	        continue
	    mask = int(words['Cpus_allowed'].replace(',', ''), 16)
	    bound = flags & 0x200000 and (int(words['voluntary_ctxt_switches']) < 2 or
	            flags & 0x4000000 and not words['Name'].startswith('kworker/u'))
	    if mask & 8 and mask & 7 and not bound:
	        print(words['Pid'], words['Cpus_allowed_list'], words['Name'])
	EOF
}
# The workers of each CPU that is online are bound to it.
workers_bound()
{
	python3 - <<-EOF
	import glob, re, sys
	wrong = n = 0
	for status in glob.glob('/proc/[0-9]*/status'):
	    try:
	        words = dict(l.rstrip('\n').split(':\t', 1) for l in open(status) if ':\t' in l)
	    except OSError:
	        continue
	    cpu = re.match(r'kworker/(\d+):', words['Name'])
	    if cpu:
	        n += 1
	        if words['Cpus_allowed_list'] != cpu[1]:
	            print(words['Pid'], words['Name'], words['Cpus_allowed_list'])
	            wrong += 1
	sys.exit(wrong or not n)
	EOF
}
no_straddlers()
{
	# A list that could not be made is not an empty one.
	straddlers >"$tmp/straddlers" || return 1
	cat "$tmp/straddlers"
	[ ! -s "$tmp/straddlers" ]
}

# All that the module may change, to be compared.  Threads that come and go by
# themselves, like workers, are left out unless they are there both times.
settings()
{
	grep -H . /sys/devices/virtual/workqueue/*/cpumask /sys/devices/virtual/workqueue/cpumask \
		/sys/block/*/queue/{rq_affinity,read_ahead_kb} /sys/class/net/*/queues/rx-*/rps_* \
		/sys/class/net/*/{napi_defer_hard_irqs,gro_flush_timeout} \
		/proc/sys/net/core/{rmem_max,rmem_default,netdev_max_backlog} \
		/proc/sys/net/ipv4/tcp_rmem
	vectors | while read -r irq dev; do
		echo "irq $irq $dev $(affinity "$irq")"
	done
}
threads()
{
	python3 - <<-EOF | sort
	import glob
	for status in glob.glob('/proc/[0-9]*/task/[0-9]*/status'):
	    try:
	        words = dict(l.rstrip('\n').split(':\t', 1) for l in open(status) if ':\t' in l)
	        flags = int(open(status.replace('status', 'stat')).read().rsplit(')', 1)[1].split()[6])
	    except (OSError, IndexError):
	        continue
	    # PF_WQ_WORKER: a rescuer keeps the affinity of the pool it last helped
	    if not flags & 0x20:
	        print(words['Pid'], words['Name'].replace(' ', '_'), words['Cpus_allowed_list'])
	EOF
}
snapshot()
{
	settings >"$tmp/settings.$1"
	threads >"$tmp/threads.$1"
}
# Snapshots $1 and $2 agree, as far as the same threads are in both.
same()
{
	local status=0
	[ -s "$tmp/threads.$1" ] && [ -s "$tmp/threads.$2" ] || return 1
	diff "$tmp/settings.$1" "$tmp/settings.$2" || status=1
	join -j 1 <(sort "$tmp/threads.$1") <(sort "$tmp/threads.$2") |
		awk 'NF == 5 && $2 == $4 && $3 != $5' >"$tmp/changed"
	cat "$tmp/changed"
	[ ! -s "$tmp/changed" ] && [ "$status" = 0 ]
}
unchanged() { snapshot now; same "$1" now; }
