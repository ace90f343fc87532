# SPDX-License-Identifier: GPL-2.0
#
# A result as HTML; a line "@plot MEASURE" stands where the plot goes.

def n: if . == null then "-" elif fabs >= 1000 then round | tostring
	elif fabs >= 100 then (. * 10 | round / 10 | tostring)
	else (. * 1000 | round / 1000 | tostring) end;
def spread: "\(.median | n) <small>\(.min | n)&ndash;\(.max | n)</small>";
def cell($class): "<td class=\"\($class)\">" + . + "</td>";
def row: "<tr>" + add + "</tr>";
def factor: if type == "array" then map(n) | join(" to ") elif . == null then "-" else n end;

. as $r
| "<h2>\(.title | @html), kernel \(.kernel)</h2>",
  "<p>\(.about | @html)</p>",
  ("<p class=\"about\">\(.kver | @html); \(.clock) clock\(if .even then ", even turns" else "" end); host \(.host | @html), "
   + "\(.cpus) CPUs; \(.rounds) rounds by turns in one boot; commit \(.commit[0:12]) (\(.trees))"
   + (if .changed then " and changes that are not committed" else "" end)
   + "; \(.date); <code>\(.command | @html)</code>"
   + (if .quick then "<br><b>Quick: too few rounds to prove anything.</b>" else "" end)
   + (if .status != 0 then "<br><b>The run broke off (status \(.status)).</b>" else "" end)
   + "</p>"),
  (if .targets == [] then empty else
	"<table><tr><th>target</th><th>measured</th><th></th><th>target</th><th></th></tr>",
	(.targets[] | [ (.name | @html | cell("text")), (.measured | n | cell("")),
			(.op | @html | cell("")), (.target | n | cell("")),
			(.verdict | cell(.)) ] | row),
	"</table>" end),
  (if .paper == [] then empty else
	"<table><tr><th>the paper</th><th>arm</th><th>at</th><th>its factor</th><th>ours</th></tr>",
	(.paper[] | [ (.says | @html | cell("text")), ($r.arms[.arm] | @html | cell("text")),
		      (.point | @html | cell("")), (.factor | factor | cell("")),
		      (.measured | n | cell("")) ] | row),
	"</table>" end),
  ( [ .results[].measure ] | unique as $have
    | $r.measures | to_entries[] | select(.key as $k | $have | index([$k]))
    | .key as $key | .value as $m
    | "<h3>\($m.title | @html), \($m.unit | @html) (\($m.better) is better)</h3>",
      "@plot \($key)",
      "<details><summary>Figures: median, lowest to highest; times better than \($r.arms[$r.baseline] | @html), round by round</summary>",
      "<table><tr><th>\($r.point.title | @html)</th><th class=\"text\">arm</th><th>n</th><th>median</th><th>times better</th><th></th></tr>",
      ( $r.points[] as $p | $r.results[]
	| select(.point == $p and .measure == $key)
	| [ (.point | @html | cell("")), ($r.arms[.arm] | @html | cell("text")),
	    (.n | tostring | cell("")), (spread | cell("")),
	    ((if .gain then .gain | spread else "" end) | cell("")),
	    ((.verdict // "") as $v | $v | cell($v)) ] | row ),
      "</table></details>" )
