# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Sourced by inside: interrupts of network cards, fewer while datagrams are dropped or a
# card receives bulk.

# Datagrams that nobody reads, dropped on the turbo vCPU, until killed.
unread()
{
	taskset -c 3 python3 - <<-EOF &
	import socket
	reader = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	reader.bind(("127.0.0.1", 0))
	sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	sender.connect(reader.getsockname())
	while True:
	    sender.send(b"x" * 1400)
	EOF
	flood=$!
}
ends() { kill "$1"; wait "$1" 2>/dev/null || true; }
waits() # CARD NS
{
	[ "$(<"/sys/class/net/$1/gro_flush_timeout") $(<"/sys/class/net/$1/napi_defer_hard_irqs")" = "$2 1" ]
}
# For so long, or as much longer as it gets if it is dropped all the same.
moderated() # CARD NS
{
	local times
	for times in 1 2 4; do
		! waits "$1" $((times * $2)) || return 0
	done
	return 1
}
# What is sent here comes by no card, so that it is not known what it is a part of.
moderated_most() { waits "$1" $((4 * $2)); }
unmoderated() { [ "$(<"/sys/class/net/$1/gro_flush_timeout") $(<"/sys/class/net/$1/napi_defer_hard_irqs")" = "0 0" ]; }

# Renames a card, as udev does to some that are up.
renamed()
{
	ip link set "$1" down
	ip link set "$1" name "$2"
	ip link set "$2" up
}
# Somebody who takes the lock of the network's settings (RTNL) again and again.
busy_rtnl()
{
	yes "link set dev lo alias x" | ip -batch - &
	rtnl=$!
}

case_moderate()
{
	local card flood rtnl
	card=$(net)
	ip link set lo up
	snapshot before
	mark
	load buffers=0
	ok "no interrupts are moderated" unmoderated "$card"
	unread
	ok "they are while datagrams are dropped" eventually moderated "$card" 3000000
	ok "of all cards" moderated "$(nic)" 3000000
	ok "which is counted" is "$(count moderated)" 1
	ok "and said" logged "datagrams are dropped"
	sleep 2
	ok "as long as they are" moderated "$card" 3000000
	ok "for longer, if they are all the same" eventually moderated_most "$card" 3000000
	ends $flood
	ok "and no longer" eventually unmoderated "$card"
	unread
	ok "and again" eventually moderated "$card" 3000000
	echo 20000 >"/sys/class/net/$card/gro_flush_timeout"
	ends $flood
	ok "for longer then" eventually unmoderated "$(nic)"
	ok "but for what somebody has set" is "$(<"/sys/class/net/$card/gro_flush_timeout")" 20000
	echo 0 >"/sys/class/net/$card/gro_flush_timeout"
	unload
	ok "everything is as before" unchanged before
	echo 7000000 >"/sys/class/net/$card/gro_flush_timeout"
	load buffers=0 moderate_us=500
	unread
	ok "for as long as a parameter says" eventually moderated "$(nic)" 500000
	ok "never for less than somebody has set" moderated "$card" 7000000
	unload
	ok "unloading puts it back meanwhile" unmoderated "$(nic)"
	echo 0 >"/sys/class/net/$card/gro_flush_timeout"
	ends $flood
	load buffers=0
	unread
	ok "they are again" eventually moderated "$card" 3000000
	renamed "$card" renamed
	busy_rtnl
	ends $flood
	ok "no longer of a card that was renamed, while others change settings" \
		eventually unmoderated renamed
	ok "nor of the other" eventually unmoderated "$(nic)"
	unread
	ok "they are once more" eventually moderated renamed 3000000
	unload
	ok "unloading puts it back" unmoderated renamed
	ok "without a failure" not logged "can't be"
	ends $rtnl
	ip link set dev lo alias ""
	renamed renamed "$card"
	ok "everything is as before meanwhile" unchanged before
	load buffers=0 moderate_us=0
	sleep 2
	ok "never with 0" is "$(count moderated)" 0
	ok "and nothing is set" unmoderated "$card"
	unload
	ends $flood
	ok "everything is as before again" unchanged before
}

# A hundred answers of that size a second from the network of a card, until killed,
# whoever waits for them, or with -f as fast as they come.
answers() # SIZE ADDRESS [-f]
{
	local how=${3:--i 0.01}
	# shellcheck disable=SC2086
	ping -q $how -w 3600 -s "$1" "$2" >/dev/null &
	flood=$!
}
bulk_of() { echo "$(<"/sys/class/net/$1/gro_flush_timeout") $(<"/sys/class/net/$1/napi_defer_hard_irqs")"; }
received_faster() # CARD PACKETS a second
{
	local before
	before=$(<"/sys/class/net/$1/statistics/rx_packets")
	sleep 1
	[ $(($(<"/sys/class/net/$1/statistics/rx_packets") - before)) -ge "$2" ]
}

case_bulk()
{
	local card other flood dropped before
	card=$(net)
	other=$(nic)
	ip link set lo up
	snapshot before
	mark
	# As many as come here in a second however slow this is.
	load buffers=0 bulk_rate=20
	answers 56 10.0.2.2
	ok "small packets come" eventually received_faster "$card" 20
	sleep 3
	ok "which are no bulk" is "$(count bulk) $(bulk_of "$card")" "0 0 0"
	ends $flood
	answers 1400 10.0.2.2
	ok "interrupts of a card are moderated while it receives bulk" \
		eventually is_bulk "$card" "1000000 1"
	ok "which is counted" is "$(count bulk)" 1
	ok "and said" logged "$card receives bulk"
	ok "and not those of the other one" is "$(bulk_of "$other")" "0 0"
	dropped=$flood
	unread
	ok "for longer while datagrams are dropped, too" eventually moderated "$card" 3000000
	ok "and of the other one" eventually moderated "$other" 3000000
	ends $flood
	ok "and as long as before after that" eventually is_bulk "$card" "1000000 1"
	ok "and not of the other one" eventually is_bulk "$other" "0 0"
	ends $dropped
	before=$(count bulk)
	ok "and no longer than that" eventually is_bulk "$card" "0 0"
	answers 1400 10.0.2.2
	ok "again" eventually is_bulk "$card" "1000000 1"
	ok "which is counted again" test "$(count bulk)" -gt "$before"
	unload
	ok "unloading puts it back" is "$(bulk_of "$card")" "0 0"
	load buffers=0 bulk_rate=20
	ok "once more" eventually is_bulk "$card" "1000000 1"
	echo 0 >"/sys/class/net/$card/napi_defer_hard_irqs"
	ok "who switches it off has it off" eventually is_bulk "$card" "0 0"
	sleep 3
	ok "and keeps it off" is "$(bulk_of "$card")" "0 0"
	unload
	echo 7000000 >"/sys/class/net/$card/gro_flush_timeout"
	load buffers=0 bulk_rate=20 bulk_us=500
	sleep 3
	ok "never what somebody has set" is "$(bulk_of "$card")" "7000000 0"
	unload
	echo 0 >"/sys/class/net/$card/gro_flush_timeout"
	load buffers=0 bulk_rate=20 bulk_us=500
	ok "for as long as a parameter says" eventually is_bulk "$card" "500000 1"
	unload
	load buffers=0 bulk_rate=20 bulk_us=0
	sleep 3
	ok "never with 0" is "$(count bulk) $(bulk_of "$card")" "0 0 0"
	unload
	load buffers=0 bulk_rate=100000000
	sleep 3
	ok "nor for fewer than are bulk" is "$(count bulk)" 0
	unload
	ends $flood
	answers 1400 10.0.2.2 -f
	if eventually received_faster "$card" 400; then
		load buffers=0 bulk_rate=200 bulk_us=10000
		ok "requests and answers may look like bulk" eventually has_begun
		ok "which are found out" eventually is_bulk "$card" "0 0"
		ok "as they still come" received_faster "$card" 200
		unload
	else
		echo "# too slow for more than 400 answers a second"
	fi
	ends $flood
	ok "without a failure" not logged "can't be"
	ok "everything is as before" unchanged before
}
has_begun() { [ "$(count bulk)" -gt 0 ]; }
is_bulk() { [ "$(bulk_of "$1")" = "$2" ]; }
