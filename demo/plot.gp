# SPDX-License-Identifier: GPL-2.0
#
# usage: gnuplot -c plot.gp DATA IMAGE TITLE
#
# A panel for each line of DATA: name, unit, better, and for stock and then turbo
# median, lowest and highest, and the ratio.

data = ARG1
set terminal pngcairo size 1200,420 font "sans,11"
set output ARG2
set datafile separator "\t"
stats data using 4 nooutput
panels = STATS_records

set multiplot layout 1,panels title ARG3
set style fill solid 0.8 border -1
set boxwidth 0.7
set xrange [-0.7:1.7]
set yrange [0:*]
set xtics ("stock" 0, "turbo" 1)
set grid ytics
unset key
field(n, i) = system(sprintf("awk -F'\\t' 'NR == %d { print $%d }' '%s'", i, n, data))
do for [i = 1:panels] {
	set title sprintf("%s\n%.1f x stock", field(1, i), field(10, i) + 0)
	set ylabel sprintf("%s (%s is better)", field(2, i), field(3, i))
	plot data every ::i-1::i-1 using (0):4 with boxes lc rgb "#888888", \
	     data every ::i-1::i-1 using (1):7 with boxes lc rgb "#2a78b5", \
	     data every ::i-1::i-1 using (0):4:5:6 with yerrorbars lc rgb "black", \
	     data every ::i-1::i-1 using (1):7:8:9 with yerrorbars lc rgb "black"
}
unset multiplot
