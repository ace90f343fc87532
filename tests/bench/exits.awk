# SPDX-License-Identifier: GPL-2.0
#
# Sums up a trace of one vCPU thread ("tid"): kvm_entry, kvm_exit, sched_switch, and the
# host's interrupts.
#
# An interrupt in the guest ends by writing a register of its APIC, an exit by "msr", and
# begins with the entry before; so what is between counts as the interrupt's.

# The line's time; its event is put in "event", its place in "at".
function stamp(	i)
{
	for (i = 1; i < NF; i++)
		if ($i ~ /^[0-9]+\.[0-9]+:$/) {
			at = i + 1
			event = $at
			return $i + 0
		}
	return 0
}

/LOST|overrun/ { lost = 1 }
/^#/ { next }
{
	now = stamp()
	if (!now)
		next
}
event == "sched_switch:" {
	if ($0 ~ "next_pid=" tid "( |$)") {
		on = now
		since = now
	} else if ($0 ~ "prev_pid=" tid " ") {
		if (on) {
			ran += now - on
			if (reason)
				outside += now - since
		}
		on = 0
		switches++
	}
	next
}
event == "kvm_exit:" {
	for (i = at; i < NF; i++)
		if ($i == "reason")
			reason = $(i + 1)
	outside = 0
	since = now
	if (on && entered) {
		inside += now - entered
		if (reason == "msr")
			irqs += now - entered
	}
	entered = 0
	next
}
event == "kvm_entry:" {
	if (on && reason) {
		n[reason]++
		s[reason] += outside + now - since
		all += outside + now - since
	}
	reason = ""
	entered = on ? now : 0
	next
}
event ~ /_entry:$/ { irq[event]++ }
END {
	if (ran <= 0)
		exit
	print "# reason or interrupt: in a CPU second, us each, percent of the time it ran"
	for (r in n)
		printf "%-28s %9.1f %8.2f %7.3f\n", r, n[r] / ran, s[r] / n[r] * 1e6, s[r] / ran * 100
	for (r in irq)
		printf "%-28s %9.1f\n", r, irq[r] / ran
	printf "%-28s %9.1f\n", "switches", switches / ran
	printf "%-28s %9.3f\n", "seconds it ran", ran
	printf "%-28s %9.3f\n", "percent outside", 100 * all / ran
	printf "%-28s %9.3f\n", "percent in its interrupts", 100 * irqs / ran
	printf "%-28s %9.3f\n", "percent not accounted for", 100 * (1 - (inside + all) / ran)
	if (!lost)
		printf "own %.3f\n", 100 * (inside - irqs) / ran
}
