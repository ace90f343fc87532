# SPDX-License-Identifier: GPL-2.0
#
# What plot.gp draws of measure $measure of a result.

. as $r
| [ .points[] | select(. != "-") ] as $points
| [ .arms | keys_unsorted[] | . as $arm
    | select(any($r.results[]; .arm == $arm and .measure == $measure)) ] as $arms
| ([ "" ] + [ $arms[] | ($r.arms[.], "", "") ]),
  ( $points[] as $point
    | [ $point ] + [ $arms[] as $arm
	| [ $r.results[] | select(.arm == $arm and .measure == $measure) ]
	| first((.[] | select(.point == $point)), (.[] | select(.point == "-")), null)
	| if . then (.median, .min, .max) else ("?", "?", "?") end ] )
| map(tostring) | join("\t")
