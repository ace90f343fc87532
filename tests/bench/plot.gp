# SPDX-License-Identifier: GPL-2.0
#
# usage: gnuplot -c plot.gp DATA IMAGE STYLE TITLE YLABEL XLABEL ARMS YLOG
#
# IMAGE is without its suffix; both a PNG and an SVG are made.  DATA has a line for
# each point: its name, and median, lowest and highest of each arm ("?" if there is
# none); the first line has the arms' names.  STYLE is "log", points are numbers on
# a logarithmic axis, or "bars".  With YLOG "true" the other axis is logarithmic, too.

data = ARG1
arms = int(ARG7)
set datafile separator "\t"
set datafile missing "?"
array colour[8] = ["#777777", "#d95f02", "#1b9e77", "#7570b3", \
		   "#e7298a", "#66a61e", "#2a78b5", "#a6761d"]
set title ARG4 font ",12"
set ylabel ARG5
set xlabel ARG6
set key outside bottom center horizontal maxcols 3 font ",9"
set grid ytics lc rgb "#dddddd"
set border 3
set tics nomirror
if (ARG8 eq "true") { set logscale y } else { set yrange [0:*] }
name(i) = system(sprintf("head -n 1 '%s' | cut -f %d", data, 2 + 3 * i))
do for [t in "png svg"] {
	if (t eq "png") {
		set terminal pngcairo size 800,420 noenhanced font "sans,10"
	} else {
		set terminal svg size 800,420 dynamic noenhanced font "sans,10"
	}
	set output ARG2 . "." . t
	if (ARG3 eq "log") {
		set logscale x
		set xtics (0.1, 0.3, 1, 3, 10, 30, 100)
		plot for [i = 0:arms - 1] data skip 1 \
			using 1:(column(2 + 3 * i)):(column(3 + 3 * i)):(column(4 + 3 * i)) \
			with yerrorlines lw 1.5 pt 7 ps 0.5 lc rgb colour[i % 8 + 1] title name(i)
	} else {
		set style data histogram
		set style histogram errorbars gap 1.5 lw 1
		set style fill solid 0.8 border -1
		plot for [i = 0:arms - 1] data skip 1 \
			using (column(2 + 3 * i)):(column(3 + 3 * i)):(column(4 + 3 * i)):xtic(1) \
			lc rgb colour[i % 8 + 1] title name(i)
	}
	unset output
}
