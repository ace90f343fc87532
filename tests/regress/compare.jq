# SPDX-License-Identifier: GPL-2.0
#
# Holds measured ratios (the input: { NAME: { value, better, tolerance } }) against
# the accepted ones ($accepted: { NAME: number }).  Output: a line each, and then
# { bad, diff }, as one object.  "better" is "lower", "higher" or "same".  "of", if
# there is one, is what the ratio is of ($of: those accepted), so that it can be seen
# which of the two has changed; both are medians by themselves.
#
# Only what has become worse is a failure.  What has become better is said, so that
# it can be accepted, or else it could slip back unseen.

def n: if . == null then "-" else (. * 10000 | round / 10000 | tostring) end;
def over: if . == null then "" else " (\(.[0] | n) over \(.[1] | n))" end;
def percent: (. * 1000 | round / 10) as $p | (if $p > 0 then "+" else "" end) + "\($p) %";

. as $measured
| [ ($measured + $accepted) | keys_unsorted[] as $name
    | $measured[$name] as $m | $accepted[$name] as $a
    | if $m == null or $m.value == null then
	{ name: $name, verdict: "missing", line: "\($name): accepted \($a | n), not measured" }
      elif $a == null then
	{ name: $name, verdict: "new", line: "\($name): \($m.value | n), nothing accepted yet" }
      else
	(if $a == 0 then (if $m.value == 0 then 0 else 1 end)
	 else ($m.value - $a) / ($a | fabs) end) as $d
	| { name: $name, line: "\($name): accepted \($a | n)\($of[$name] | over), now \($m.value | n)\($m.of | over) (\($d | percent), limit \($m.tolerance * 1000 | round / 10) %)",
	    verdict: (if ($d | fabs) <= $m.tolerance then "ok"
		      elif $m.better == "same" then "worse"
		      elif (($d > 0) == ($m.better == "higher")) then "better"
		      else "worse" end) } end ]
| { lines: map("\(.verdict | ascii_upcase)  \(.line)"),
    bad: (map(select(.verdict == "worse" or .verdict == "missing" or .verdict == "new")) | length),
    names: (map({ (.name): .verdict }) | add) }
