# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Sourced by what runs libvirt in the test host: its daemon, its log, domains.

LV_RUN=/run/lv
LV_LOG=$LV_RUN/syslog
mkdir -p "$LV_RUN"

# QEMU as root, its logs in files: there is neither systemd nor another daemon.
lv_configure()
{
	cat >/etc/libvirt/qemu.conf <<-EOF
		user = "root"
		group = "root"
		security_driver = "none"
		namespaces = []
		stdio_handler = "file"
		remember_owner = 0
	EOF
	# shellcheck disable=SC2016 # libvirt's words
	cat >/etc/libvirt/libvirtd.conf <<-EOF
		log_outputs = "2:file:$LV_RUN/libvirtd.log"
		auth_unix_rw = "none"
		auth_unix_ro = "none"
	EOF
	# What logs in words goes here, as it would to the journal.
	[ -S /dev/log ] || busybox syslogd -O "$LV_LOG" -s 0
}

# Starts libvirtd and waits until it answers.  It asks QEMU what it can do, which
# takes a while here.
lv_daemon_start()
{
	local i
	libvirtd -d -p "$LV_RUN/libvirtd.pid"
	for ((i = 0; i < 120; i++)); do
		virsh -q list >/dev/null 2>&1 && return
		sleep 1
	done
	echo "libvirtd does not answer" >&2
	return 1
}

lv_daemon_pid() { cat "$LV_RUN/libvirtd.pid"; }

# The domain of a small guest $1 with $2 vCPUs; $3 goes into <domain>.
lv_domain()
{
	local kver initrd feature
	kver=$(uname -r)
	[ -e "/boot/vmlinuz-$kver" ] ||
		kver=$(find /boot -name 'vmlinuz-*' -printf '%f\n' | sort -V | sed -n '1s/vmlinuz-//p')
	initrd=$ST_BUILD/tests/guest/linux/initrd-$kver
	cat <<-EOF
	<domain type='kvm'>
	  <name>$1</name>
	  <memory unit='MiB'>192</memory>
	  <vcpu>$2</vcpu>
	  ${3:-}
	  <os>
	    <type arch='x86_64' machine='q35'>hvm</type>
	    <kernel>/boot/vmlinuz-$kver</kernel>
	    <initrd>$initrd</initrd>
	    <cmdline>console=ttyS0 loglevel=5 panic=-1 noreplace-smp st.name=$1 st.ip=10.77.1.2 st.regular=1</cmdline>
	  </os>
	  <features><acpi/><apic/></features>
	  <cpu mode='host-passthrough'>
	EOF
	# As tests/guest/linux/guest has it.
	for feature in xsave avx avx2 fma f16c vaes vpclmulqdq pku; do
		echo "    <feature policy='disable' name='$feature'/>"
	done
	cat <<-EOF
	  </cpu>
	  <on_reboot>restart</on_reboot>
	  <devices>
	    <emulator>/usr/bin/qemu-system-x86_64</emulator>
	    <controller type='usb' model='none'/>
	    <serial type='file'><source path='/out/guest-$1.log' append='on'/></serial>
	    <!-- A port that nobody has at the other end tells the guest to power off. -->
	    <channel type='file'>
	      <source path='$LV_RUN/$1.port'/>
	      <target type='virtio' name='port'/>
	    </channel>
	    <memballoon model='none'/>
	  </devices>
	</domain>
	EOF
}

lv_pid() { cat "/run/libvirt/qemu/$1.pid" 2>/dev/null; }

# The thread of vCPU $2 of domain $1.
lv_thread()
{
	local t comm
	for t in "/proc/$(lv_pid "$1")/task"/*; do
		read -r comm 2>/dev/null <"$t/comm" || continue
		[ "$comm" != "CPU $2/KVM" ] || echo "${t##*/}"
	done
}
