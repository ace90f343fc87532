# SPDX-License-Identifier: GPL-2.0
#
# Makes results.json of the samples and of what --argjson about has.

def median: sort | if length % 2 == 1 then .[(length - 1) / 2]
	else (.[length / 2 - 1] + .[length / 2]) / 2 end;

def spread: { median: median, min: min, max: max, samples: . };

def row($samples; $key; $name; $unit; $better):
	[ "stock", "turbo" ]
	| map(. as $phase | [ $samples[] | select(.phase == $phase) | .[$key] ] | spread)
	| { name: $name, unit: $unit, better: $better, stock: .[0], turbo: .[1],
	    ratio: (if $better == "lower" then .[0].median / .[1].median
		    else .[1].median / .[0].median end) };

. as $samples
| $about + { results: [
	row($samples; "ping"; "Ping, average"; "ms"; "lower"),
	row($samples; "tcp"; "TCP receive"; "Mbit/s"; "higher"),
	row($samples; "udp"; "UDP receive"; "Mbit/s"; "higher"),
	row($samples; "disk"; "Disk write"; "MiB/s"; "higher")
] }
