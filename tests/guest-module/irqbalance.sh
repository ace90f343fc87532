# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Sourced by inside: irqbalance itself against the module.

# irqbalance, looking every second; what it writes to which file is in
# $tmp/balance.
balance()
{
	strace -D -y -e trace=write -o "$tmp/balance" \
		irqbalance --foreground --interval=1 >/dev/null 2>&1 &
	balancer=$!
}
balance_end()
{
	kill "$balancer"
	wait "$balancer" 2>/dev/null || true
}
balances() { kill -0 "$balancer"; }

# For $1 seconds all plain interrupts go to CPU 3, whenever one looks.
all_stay()
{
	local end=$((SECONDS + $1))
	while [ "$SECONDS" -lt "$end" ]; do
		all_moved || return 1
		sleep 0.05
	done
}

# What irqbalance has sent elsewhere than to all CPUs.
narrowed()
{
	local irq
	while read -r irq; do
		[ "$(affinity "$irq")" = 0-3 ] || echo "$irq $(affinity "$irq")"
	done <"$tmp/plain" >"$tmp/narrowed"
	cat "$tmp/narrowed"
	[ -s "$tmp/narrowed" ]
}

# irqbalance has tried to move a plain interrupt.
tried()
{
	local irq
	while read -r irq; do
		! grep -qF "/proc/irq/$irq/smp_affinity>" "$tmp/balance" || return 0
	done <"$tmp/plain"
	return 1
}

# irqbalance has tried to move plain interrupts, and never could: EIO, or EPERM.
refused()
{
	local irq n=0
	while read -r irq; do
		grep -F "/proc/irq/$irq/smp_affinity>" "$tmp/balance" >"$tmp/tried" || continue
		n=$((n + 1))
		cat "$tmp/tried"
		! grep -vE '= -1 E(IO|PERM)' "$tmp/tried" || return 1
	done <"$tmp/plain"
	[ "$n" -gt 0 ]
}

all_movable()
{
	local irq
	while read -r irq; do
		test_write "$irq" || { echo "irq $irq"; return 1; }
	done <"$tmp/plain"
}

case_irqbalance()
{
	local irq ping others on balancer
	list_plain
	irq=$(net_irq)
	while read -r on; do echo 0-3 >"/proc/irq/$on/smp_affinity_list"; done <"$tmp/plain"
	ping -q -f -w 3600 10.0.2.2 >/dev/null & ping=$!
	balance
	patience=120 ok "irqbalance sends interrupts where it likes" eventually narrowed
	balance_end
	snapshot before
	load
	ok "all are sent to the turbo vCPU" all_moved
	others=$(($(came "$irq" 0) + $(came "$irq" 1) + $(came "$irq" 2)))
	on=$(came "$irq" 3)
	balance
	ok "and stay while irqbalance looks every second" all_stay 12
	ok "which it does" balances
	ok "the network's come to the turbo vCPU" test "$(($(came "$irq" 3) - on))" -ge 50
	ok "and to no other" is "$(($(came "$irq" 0) + $(came "$irq" 1) + $(came "$irq" 2)))" "$others"
	# It does when it finds one CPU busier than others.
	patience=120 eventually tried || true
	balance_end
	ok "it has tried to move them, in vain" refused
	unload
	ok "everything is as before" unchanged before
	ok "and can be moved again" all_movable
	# Loaded and unloaded under its eyes.
	balance
	sleep 3
	load
	ok "loaded while irqbalance runs" eventually all_moved
	ok "they stay, too" all_stay 5
	unload
	sleep 3
	ok "unloaded while it runs, all can be moved" all_movable
	ok "it still runs" balances
	balance_end
	kill "$ping"
	wait "$ping" 2>/dev/null || true
	while read -r on; do echo 0-3 >"/proc/irq/$on/smp_affinity_list"; done <"$tmp/plain"
}
