# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Sourced by run and shell: options, the QEMU command line, and its end.
#
# shellcheck disable=SC2034,SC2154 # words here are set and used there

kernel=6.12
cpus=2
mem=2048
clock=wall
shift=0
cpu=
even=
# Without ERMS and FSRM: with them a kernel copies and clears by "rep movsb" and
# "rep stosb", of which TCG makes one instruction a byte.
tcg_cpu=max,-la57,-erms,-fsrm
append=
timeout=600
out=
keep_log=
qemu_args=()
allow=()
kmemleak=1
systemd=

options_help()
{
	cat <<-EOF
	  --kernel NAME     a kernel of kernels.list ($kernel)
	  --cpus N          CPUs of the test host ($cpus)
	  --mem MIB         its memory ($mem)
	  --clock CLOCK     wall: KVM where it works, else TCG with a thread a CPU;
	                    virtual: time is instructions ($clock)
	  --shift S         with the virtual clock, 2^S ns an instruction ($shift)
	  --even            with the virtual clock, CPUs have even and short turns, but
	                    it takes up to three times as long
	  --cpu MODEL       QEMU's CPU model (host with KVM, $tcg_cpu
	                    with TCG)
	  --append WORDS    more kernel command line; may be repeated
	  --timeout SECONDS kill the host after so long, 0 for never ($timeout)
	  --out DIR         what the host sees, writable, as /out (a new directory
	                    under build/logs)
	  --qemu-arg ARG    one more argument of QEMU's; may be repeated
	  --keep-log FILE   also write the host's kernel log here
	  --allow-log REGEX a report in the kernel log that is no failure; may be
	                    repeated
	  --no-kmemleak     no leak scan at the end (debug kernel)
	  --systemd         systemd is process 1; what is enabled is not started
	EOF
}

# Consumes options; the words after them are in "words".
options_parse()
{
	words=()
	while [ $# -gt 0 ]; do
		case $1 in
		--kernel|--cpus|--mem|--clock|--shift|--cpu|--append|--timeout|\
		--out|--qemu-arg|--keep-log|--allow-log)
			[ $# -ge 2 ] || die "$1 wants a value" ;;
		esac
		case $1 in
		--kernel) kernel=$2; shift 2 ;;
		--cpus) cpus=$2; shift 2 ;;
		--mem) mem=$2; shift 2 ;;
		--clock) clock=$2; shift 2 ;;
		--shift) shift=$2; shift 2 ;;
		--cpu) cpu=$2; shift 2 ;;
		--even) even=1; shift ;;
		--append) append+=" $2"; shift 2 ;;
		--timeout) timeout=$2; shift 2 ;;
		--out) out=$2; shift 2 ;;
		--qemu-arg) qemu_args+=("$2"); shift 2 ;;
		--keep-log) keep_log=$2; shift 2 ;;
		--allow-log) allow+=("$2"); shift 2 ;;
		--no-kmemleak) kmemleak=; shift ;;
		--systemd) systemd=1; shift ;;
		-h|--help) usage; exit 0 ;;
		--) shift; words=("$@"); break ;;
		-*) usage >&2; die "no option $1" ;;
		*) words=("$@"); break ;;
		esac
	done
	case $clock in
	wall|virtual) ;;
	*) die "--clock is wall or virtual, not $clock" ;;
	esac
}

# A new directory for this run's files in "rundir"; older ones go.
rundir_make()
{
	local logs=$ST_TREE/build/logs d
	mkdir -p "$logs"
	rundir=$(mktemp -d "$logs/$(date +%y%m%d-%H%M%S)-XXXX")
	# Ours and runs that may still be going on stay.
	find "$logs" -mindepth 1 -maxdepth 1 -name '*-*-*' -mmin +60 -printf '%T@ %p\n' |
		sort -rn | tail -n +40 | cut -d' ' -f2- |
		while read -r d; do rm -rf "$d"; done
	ln -sfn "${rundir##*/}" "$logs/last"
	mkdir "$rundir/host"
	if [ -z "$out" ]; then
		out=$rundir/out
	fi
	mkdir -p "$out"
	log=$rundir/console.log
	: >"$log"
}

# The QEMU to use, in "qemu": this machine's own, or the one in the newest root if
# ours is older than 8.2 and has to emulate.  Since 8.1 each CPU gets a fair share
# of the instructions up to the next timer, where before a busy CPU 0 used them
# all up and the others stood still; and before 8.2 a kernel that patches its own
# text may run into a breakpoint that is long gone ("Oops: int3").
qemu_find()
{
	local version tree lib=usr/lib/x86_64-linux-gnu
	qemu=(qemu-system-x86_64)
	[ "$clock" = virtual ] || ! "$ST_HOST/kvm-works" "$kernel" || return 0
	version=$(qemu-system-x86_64 --version | sed -n '1s/.*version \([0-9.]*\).*/\1/p')
	if [ "$(printf '%s\n' "$version" 8.2 | sort -V | tail -n 1)" = "$version" ]; then
		return 0
	fi
	tree=$(root_entry trixie)/tree
	qemu=("$tree/lib64/ld-linux-x86-64.so.2" --library-path "$tree/$lib"
	      "$tree/usr/bin/qemu-system-x86_64"
	      -L "$tree/usr/share/qemu" -L "$tree/usr/share/seabios")
}

# Even turns for the emulated CPUs (--even).  QEMU runs one after the other, each up to
# the time to the next timer divided by their number.  What is left of it the first that
# runs uses up, the second finds that a timer is due, and that makes all begin anew: from
# the third on, with one turn more than the others.  Of three busy CPUs the third has as
# much as the two before it, and if the timer is a CPU's, which sets the next one only
# when its own turn has come, ten times as much.  So there are more CPUs, which never
# start, for that turn to be a small part of the whole, and a timer of QEMU's own, each
# 200 us, as a bound for it: 12.5 us.
even_cpus=16
even_turns()
{
	line+=" nr_cpus=$cpus"
	qemu+=(-netdev "hubport,id=turns,hubid=0"
	       -object "filter-buffer,id=turns-timer,netdev=turns,interval=200")
}

# The line with which everything here starts QEMU, in "qemu"; the accelerator
# is in "accel".
qemu_line()
{
	local smp=$cpus image_mib line="console=ttyS0 panic=-1 oops=panic log_buf_len=4M" khz=
	image_mib=$(($(stat -c %s "$root/image") >> 20))

	qemu_find
	[ "$clock" != virtual ] || [ ! "$even" ] || smp=$even_cpus
	qemu+=(-nodefaults -no-user-config -display none -no-reboot
	       -machine "q35,nvdimm=on" -smp "$smp"
	       -m "$mem,slots=1,maxmem=$((mem + image_mib))M")
	if [ "$clock" = virtual ]; then
		accel="tcg, one thread, $((1 << shift)) ns an instruction"
		qemu+=(-accel "tcg,thread=single" -icount "shift=$shift,sleep=off"
		       -rtc clock=vm -cpu "${cpu:-$tcg_cpu}")
		khz=1000000
		# A console is slow and would take up time that is being
		# measured: warnings only.  Polling is dear in this mode.
		line+=" loglevel=5 kvm.halt_poll_ns=0"
		# Time runs on, fast, while the whole host waits for the outer
		# machine (9p): not a sign of a hung task.
		line+=" sysctl.kernel.hung_task_timeout_secs=0"
		[ ! "$even" ] || even_turns
	elif "$ST_HOST/kvm-works" "$kernel"; then
		accel=kvm
		qemu+=(-accel kvm -cpu "${cpu:-host}")
		line+=" loglevel=7"
	else
		accel=tcg
		qemu+=(-accel "tcg,thread=multi" -cpu "${cpu:-$tcg_cpu}")
		khz=$("$boot/tsc-khz")
		line+=" loglevel=7"
	fi
	# What the NMI of host_hung() does: it ends in a panic that shows where all
	# CPUs and all blocked tasks are.
	line+=" unknown_nmi_panic panic_print=0xc0"
	# A host that hangs says so at once, rather than at the limit.
	line+=" hung_task_panic=1 softlockup_panic=1 sysctl.kernel.panic_on_rcu_stall=1"
	# TCG's TSC is one clock for all CPUs, and much cheaper to read than the
	# HPET that the kernel would prefer.
	[ -z "$khz" ] || line+=" tsc_early_khz=$khz clocksource=tsc tsc=reliable no_timer_check"

	qemu+=(-kernel "$boot/vmlinuz" -initrd "$boot/initrd" -append "$line$append"
	       -object "memory-backend-file,id=root,mem-path=$(quoted "$root/image"),size=${image_mib}M,readonly=on,share=on"
	       -device "nvdimm,memdev=root,unarmed=on"
	       -chardev "file,id=console,path=$(quoted "$log"),append=on"
	       -serial chardev:console
	       -chardev "pipe,id=monitor,path=$(quoted "$rundir/monitor")"
	       -mon chardev=monitor)
	rm -f "$rundir"/monitor.{in,out}
	mkfifo "$rundir"/monitor.{in,out}
	share src "$ST_TREE" ,readonly=on
	share host "$rundir/host"
	share out "$out"
}

# A file name as part of one of QEMU's options.
quoted() { echo "${1//,/,,}"; }

share()
{
	qemu+=(-virtfs "local,path=$(quoted "$2"),mount_tag=$1,security_model=none,multidevs=remap${3:-}")
}

# What the command finds in its environment.
env_write()
{
	{
		printf 'export %s=%q\n' ST_KERNEL "$kernel" ST_KVER "$kver" \
			ST_BUILD "/src/build/$kernel/src" ST_CLOCK "$clock"
		[ -n "$kmemleak" ] || echo "ST_NO_KMEMLEAK=1"
		[ -z "$systemd" ] || echo "ST_SYSTEMD=1"
	} >"$rundir/host/env"
}

# A host that runs on at its limit says where it is, in its log, before the end;
# and QEMU, where its threads are.
host_hung() # PID of QEMU
{
	local i task
	say "the host is still running: an NMI, for what it is at"
	for i in 1 2; do
		for task in /proc/"$1"/task/*; do
			say "QEMU: $(cut -d' ' -f1-3,14,15 "$task/stat") $(<"$task/wchan")"
		done
		sleep 0.5
	done 2>&1
	printf 'info registers -a\nnmi\n' |
		timeout 5 tee "$rundir/monitor.in" >/dev/null || return 0
	timeout 5 cat "$rundir/monitor.out" >"$rundir/registers" || true
	grep -aE '^CPU#|RIP=' "$rundir/registers" >&2 || true
	for ((i = 0; i < 150; i++)); do
		kill -0 "$1" 2>/dev/null || break
		sleep 0.1
	done
	# That panic is ours.
	allow+=("^Kernel panic - not syncing: NMI: Not continuing")
}

# Ends as the host ended, with status $1: but for a look at the kernel logs.
host_ended()
{
	local status=$1 args=() logs=("$log") f
	case $status in
	124) say "the host was still running after $timeout s and was killed" ;;
	125) say "the host could not be started" ;;
	98) say "the host stopped without finishing the command" ;;
	esac
	case $status in
	124|98)
		say "the end of its kernel log:"
		{
			sed '/NMI received/,$d' "$log" | tail -n 25
			sed -n '/NMI received/,$p' "$log" | head -n 150
		} | sed 's/^/    /' >&2 ;;
	esac
	[ -z "$keep_log" ] || cp "$log" "$keep_log"

	# The console has what a crash or a full ring buffer would lose; dmesg
	# has what the console's log level left out.
	for f in "$rundir/host/dmesg" "$rundir/host/kmemleak" "$out"/guest-*.log; do
		[ ! -s "$f" ] || logs+=("$f")
	done
	for f in ${allow[@]+"${allow[@]}"}; do
		args+=(--allow "$f")
	done
	if ! "$ST_HOST/scan-log" ${args[@]+"${args[@]}"} "${logs[@]}" >&2; then
		say "kernel bug reports in the log"
		[ "$status" = 124 ] || status=99
	fi
	exit "$status"
}

# Kills the children given, by pid, if they are still there.
reap()
{
	local p
	for p in "$@"; do
		kill -KILL "$p" 2>/dev/null || true
	done
	for p in "$@"; do
		wait "$p" 2>/dev/null || true
	done
}
