# SPDX-License-Identifier: GPL-2.0
#
# A result as Markdown, for docs/benchmarks.md: for each point a row an arm and a
# column a measure, median and, where they differ, the lowest and highest of the
# rounds; what the paper says; the targets.

def n: if . == null then "-" else (if . < 0 then -1 else 1 end) as $sign | fabs
	| (if . >= 100 then round elif . >= 10 then . * 10 | round / 10
	   elif . >= 1 then . * 100 | round / 100
	   else . * 1000 | round / 1000 end) * $sign | tostring end;
def spread: (.median | n) as $m | (.min | n) as $a | (.max | n) as $b
	| if $a == $b then $m else "\($m) (\($a)-\($b))" end;
def row: "| " + join(" | ") + " |";
def factor: if type == "array" then map(n) | join(" to ") else n end;

. as $r
| "### `\(.bench)`: \(.title)",
  "",
  "`\(.command)`; \(.kver), \(.clock) clock\(if .even then ", even turns" else "" end), \(.rounds) rounds, commit \(.commit[0:12]) (\(.trees))\(
	if .changed then " and changes" else "" end)\(
	if .quick then ", quick: proves nothing" else "" end)\(
	if .status != 0 then ", broke off" else "" end).",
  "",
  ( [ .results[].measure ] | unique as $have
    | [ $r.measures | to_entries[] | select(.key as $k | $have | index([$k])) ] as $measures
    | ([ $r.point.title ] + [ "arm" ] + [ $measures[] | .value
	| "\(.title), \(.unit)" ] | row),
      ([ "---", "---" ] + [ $measures[] | "---:" ] | row),
      ( $r.points[] as $p | $r.arms | keys_unsorted[] as $arm
	| [ $r.results[] | select(.point == $p and .arm == $arm) ] as $of
	| select($of | length > 0)
	| [ (if $p == "-" then "" else $p end), $r.arms[$arm] ]
	  + [ $measures[] | .key as $k
	      | [ $of[] | select(.measure == $k) ] | first // null
	      | if . then spread else "" end ]
	| row ) ),
  (if .paper == [] then empty else
	"",
	([ "the paper", "at", "its factor", "ours" ] | row),
	"|---|---|---:|---:|",
	(.paper[] | [ .says, .point, (.factor | factor), (.measured | n) ] | row) end),
  (if .targets == [] then empty else
	"",
	([ "target", "measured", "", "" ] | row),
	"|---|---:|---:|---|",
	(.targets[] | [ "`\(.name)`", (.measured | n), "\(.op) \(.target)", .verdict ] | row) end),
  ""
