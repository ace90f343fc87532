# SPDX-License-Identifier: GPL-2.0
#
# The arithmetic of all benches: makes a result of a bench's samples (the input, an
# array), of its description ($bench, tests/bench/NAME.json) and of what --argjson
# about has.  README.md has the schema; math-test tests this.

def median: sort | if length == 0 then null
	elif length % 2 == 1 then .[(length - 1) / 2]
	else (.[length / 2 - 1] + .[length / 2]) / 2 end;

def spread: { n: length, median: median, min: min, max: max };

# How many times better $a is than $b; null where that says nothing.
def gain($a; $b; $better):
	if $a == null or $b == null or $a <= 0 or $b <= 0 then null
	elif $better == "lower" then $b / $a else $a / $b end;

# What is measured, and what follows from it: throughput per busy core.
def measures: .measures | to_entries
	| map(., (select(.value.per) | { key: "\(.key)_per_core",
		value: { title: "\(.value.title), per busy core",
			 unit: "\(.value.unit) a core", better: .value.better,
			 of: .key, by: .value.per } }))
	| from_entries;

def value($key; $measure):
	if $measure.of then
		.m[$measure.of] as $v | .m[$measure.by] as $busy
		| if $v == null or ($busy // 0) <= 0 then null else $v / $busy end
	else .m[$key] end;

# A baseline that does not depend on the point is taken once a round, at "-".
def at($samples; $arm; $point):
	[ $samples[] | select(.arm == $arm) ]
	| if any(.point == $point) then map(select(.point == $point))
	  else map(select(.point == "-")) end;

# Pairs of the same round, which were taken one soon after the other.
def gains($of; $over; $key; $measure):
	[ $of[] | . as $a | $over[] | select(.round == $a.round)
	  | . as $b | gain($a | value($key; $measure);
			   $b | value($key; $measure); $measure.better)
	  | select(. != null) ];

# "better" or "worse" if every single round says so: of five, that is by chance
# one time in sixteen.  Less than three prove nothing.
def verdict:
	if length == 0 then null
	elif all(. >= 0.99 and . <= 1.01) then "same"
	elif length < 3 then "too few"
	elif all(. > 1) then "better"
	elif all(. < 1) then "worse"
	else "unclear" end;

def compare($op; $target):
	if . == null then "not measured"
	elif $op == ">=" then (if . >= $target then "ok" else "short" end)
	elif $op == "<=" then (if . <= $target then "ok" else "short" end)
	elif $op == "==" then (if . == $target then "ok" else "short" end)
	else error("no operator \($op)") end;

. as $samples
| ($bench | measures) as $measures
| [ $samples[].point ] | reduce .[] as $p ([]; if index([$p]) then . else . + [$p] end)
| . as $points
| [ $bench.arms | keys_unsorted[] as $arm | $points[] as $point
    | [ $samples[] | select(.arm == $arm and .point == $point) ] as $of
    | select($of | length > 0)
    | at($samples; $bench.baseline; $point) as $over
    | $measures | to_entries[] | .key as $key | .value as $measure
    | [ $of[] | value($key; $measure) | select(. != null) ]
    | select(length > 0)
    | { point: $point, arm: $arm, measure: $key } + spread + { samples: . }
      + (if $arm == $bench.baseline then { gain: null, verdict: "baseline" }
	 else gains($of; $over; $key; $measure) as $g
	      | { gain: (if $g == [] then null else $g | spread end),
		  verdict: ($g | verdict) } end) ] as $results
| def result($arm; $point; $key):
	[ $results[] | select(.arm == $arm and .measure == $key) ]
	| first((.[] | select(.point == $point)), (.[] | select(.point == "-")),
		null);
  # What a target or a factor of the paper is about: the median, or how that of
  # one arm and point stands to that of another.
  def figure:
	. as $t | $measures[$t.measure] as $measure
	| if $measure == null then error("no measure \($t.measure)") else . end
	| result($t.arm; $t.point; $t.measure).median as $a
	| if ($t.of // "gain") == "value" then $a
	  else ($t.over | if type == "object" then .
		else { arm: (. // $bench.baseline), point: $t.point } end) as $over
	  | result($over.arm; $over.point; $t.measure).median as $b
	  | if $t.of == "ratio" then
		(if $a == null or ($b // 0) == 0 then null else $a / $b end)
	    else gain($a; $b; $measure.better) end
	  end;
  $about + { schema: 1, title: $bench.title, about: $bench.about,
	     point: $bench.point, baseline: $bench.baseline, arms: $bench.arms,
	     measures: $measures, points: $points, results: $results,
	     targets: [ ($bench.targets // [])[] | . + { measured: figure }
			| . + { verdict: (.op as $op | .target as $t
					  | .measured | compare($op; $t)) } ],
	     paper: [ ($bench.paper // [])[] | . + { measured: figure } ],
	     raw: $samples }
