# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Sourced by check: all that happens to domains in an ordinary life, in sequence.
# Domains one and two with a turbo vCPU, and plain, run before and after.
#
# shellcheck disable=SC2034 # turbo and stock are all_good()'s

events_run()
{
	ok "suspend" virsh -q suspend one
	ok "all is as it was" all_good
	ok "resume" virsh -q resume one
	ok "all is as it was" all_good
	ok "reset" virsh -q reset two
	ok "all is as it was" all_good
	ok "one has booted" soon 400 lv_exec 20 one "touch /tmp/before"
	lv_exec 20 one "reboot -f" || true
	ok "it reboots" soon 400 lv_exec 20 one "test ! -e /tmp/before"
	ok "all is as it was" all_good
}

events_vcpus()
{
	ok "a vCPU is plugged" virsh -q setvcpus one 3 --live
	ok "it is there" soon 120 has_vcpu one 2
	ok "and regular; the turbo vCPU is what it was" all_good
	ok "the turbo vCPU can't be unplugged" not virsh -q setvcpus two 1 --live
	ok "nor by its number" not virsh -q setvcpu two 1 --disable --live
	ok "all is as it was" all_good
	ok "vcpupin to a regular core" virsh -q vcpupin two 1 0 --live
	ok "does not take the turbo vCPU off its core" soon 120 all_good
	ok "emulatorpin to a regular core" virsh -q emulatorpin two 1-2 --live
	ok "changes nothing of it" all_good
	ok "schedinfo is libvirt's own" virsh -q schedinfo two --set cpu_shares=300 --live
	ok "our weight is what it was" all_good
	ok "until the hook looks again" turboctl hook --all
	LV_WEIGHT[two]=300
	ok "then it is libvirt's" all_good
	virsh -q schedinfo two --set cpu_shares=512 --live >/dev/null
	turboctl hook --all >/dev/null
	LV_WEIGHT[two]=512
	ok "and back" all_good
}

events_daemon()
{
	ok "libvirtd restarts" restart_libvirtd TERM
	ok "all is as it was" all_good
	turboctl detach --pid "$(lv_pid one)"
	log_empty
	ok "libvirtd is killed, and starts" restart_libvirtd KILL
	ok "what was detached is attached again" soon 120 all_good
}

# A hook before ours that changes a domain that comes in: ours has to leave it.
events_save()
{
	ok "one is saved" virsh -q save one "$LV_RUN/one.save"
	turbo=two
	ok "nothing of it is left" all_good
	touch "$LV_RUN/change-title"
	ok "one is restored" virsh -q restore "$LV_RUN/one.save"
	rm "$LV_RUN/change-title"
	turbo="one two"
	ok "it is attached again" all_good
	ok "as a hook before ours has changed it" title_is one "changed at restore"
	ok "two is saved by managedsave" virsh -q managedsave two
	turbo=one
	ok "nothing of it is left" all_good
	ok "two starts from that" virsh -q start two
	turbo="one two"
	ok "it is attached again" all_good
}

title_is() { same "$(virsh -q desc "$1" --title)" "$2"; }

events_end()
{
	log_empty
	kill -KILL "$(lv_pid one)"
	ok "one's QEMU is killed: libvirt sees it" soon 120 state_is one "shut off"
	turbo=two
	ok "nothing of it is left" all_good
	ok "the log says so" log_has "domain one: stopped"
	ok "two has booted" soon 400 lv_exec 20 two true
	lv_exec 20 two "poweroff -f" || true
	ok "it powers off" soon 120 state_is two "shut off"
	turbo=
	ok "nothing of it is left" all_good
	ok "two starts again" virsh -q start two
	turbo=two
	ok "it is attached" all_good
	ok "two is destroyed" virsh -q destroy two
	turbo=
	ok "nothing of it is left" all_good
}

# Another libvirtd, with files and a host of its own as far as libvirt can tell.
other() { virsh -q -c "qemu+unix:///system?socket=$LV_RUN/other/libvirt-sock" "$@"; }

other_answers() { other list >/dev/null; }

other_start()
{
	sed -e 's/0001"/0002"/' -e "s|$LV_RUN/libvirtd.log|$LV_RUN/other.log|" \
		/etc/libvirt/libvirtd.conf >"$LV_RUN/other.conf"
	mkdir -p "$LV_RUN/other"
	echo "unix_sock_dir = \"$LV_RUN/other\"" >>"$LV_RUN/other.conf"
	# shellcheck disable=SC2016 # for the other shell
	unshare --mount bash -c '
		for d in /run/libvirt /var/lib/libvirt /etc/libvirt/qemu; do
			mount -t tmpfs -o mode=755 tmpfs "$d" || exit
		done
		exec libvirtd -d -f "$1/other.conf" -p "$1/other.pid"' - "$LV_RUN"
	soon 120 other_answers
}

migrate() # DOMAIN FROM TO
{
	local from=() to="qemu:///system" port=49152
	if [ "$2" = here ]; then
		to="qemu+unix:///system?socket=$LV_RUN/other/libvirt-sock"
		port=49153
	else
		from=(-c "qemu+unix:///system?socket=$LV_RUN/other/libvirt-sock")
	fi
	timeout 400 virsh -q ${from[@]+"${from[@]}"} migrate --live "$1" "$to" \
		--migrateuri "tcp://127.0.0.1:$port" && return
	# A guest that has crashed does not migrate either.
	grep -v '^-' "/var/log/libvirt/qemu/$1.log" | tail -n 30
	return 1
}
is_there() { same "$(other domstate "$1" | head -n 1)" running; }

events_migrate()
{
	local old
	ok "another libvirtd starts" other_start
	ok "one starts" virsh -q start one
	turbo=one
	ok "it is attached" all_good
	old=$(lv_pid one)
	ok "one migrates to the other" migrate one here there
	ok "it runs there" is_there one
	ok "and here no more" state_is one "shut off"
	ok "its QEMU is another one" not same "$old" "$(lv_pid one)"
	ok "that one's turbo vCPU is attached, and nothing else" all_good
	ok "one migrates back" migrate one there here
	ok "it runs here" state_is one running
	ok "it is attached, and nothing else" all_good
	ok "one is destroyed" virsh -q destroy one
	turbo=
	ok "nothing of it is left" all_good
	kill "$(cat "$LV_RUN/other.pid")"
}
