# SPDX-License-Identifier: GPL-2.0
#
# SCHED_TURBO for KVM.  "make help" lists the targets.

KDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local
DESTDIR ?=
# For check and numbers: which of tests/host/kernels.list, none for all.
KERNEL ?=
MINUTES ?=
CYCLES ?=
GROUP ?= slice
# For bench: which of tests/bench/run --list, none for all, and how thorough.
BENCH ?=
QUICK ?=
# For regress: the reason why what is measured is to be the accepted ratios, and
# which part, probes or io, none for both.
ACCEPT ?=
PART ?=

.PHONY: all modules tools tests check check-fast numbers demo bench regress \
	install modules_install tools_install guest_install deb rpm clean help

all: modules tools tests

modules:
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

tools:
	$(MAKE) -C tools/turboctl

# The guests' initramfs has a module in it.
tests: tools modules
	$(MAKE) -C tests/guest/micro
	$(MAKE) -C tests/numbers
	$(MAKE) -C tests/functional
	$(MAKE) -C tests/functional/policy
	$(MAKE) -C tests/guest/linux
	$(MAKE) -C tests/guest-module -f Makefile.ack

check:
	tests/check $(if $(MINUTES),--minutes $(MINUTES)) \
		$(if $(CYCLES),--cycles $(CYCLES)) $(KERNEL)

check-fast:
	tests/check --fast $(KERNEL)

numbers:
	tests/numbers/run $(GROUP) $(KERNEL)

bench:
	tests/bench/run $(if $(QUICK),--quick) \
		$(foreach k,$(KERNEL),--kernel $(k)) $(BENCH)

regress:
	tests/regress/run $(if $(ACCEPT),--accept "$(ACCEPT)") \
		$(foreach p,$(PART),--part $(p)) $(KERNEL)

demo:
	demo/run

install: modules_install tools_install

modules_install:
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules_install \
		$(if $(DESTDIR),INSTALL_MOD_PATH=$(abspath $(DESTDIR)))

tools_install:
	$(MAKE) -C tools/turboctl install DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)

# In a guest, beside modules_install.
guest_install:
	$(MAKE) -C tools/turboctl install-guest DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)

# Debian packages, in the directory above.
deb:
	dpkg-buildpackage -b -us -uc

# RPM packages of what is committed, in build/rpm.
rpm: version = $(shell sed -n 's/^Version:[ \t]*//p' rpm/sched-turbo.spec)
rpm:
	mkdir -p build/rpm
	git archive --prefix=sched-turbo-$(version)/ \
		-o build/rpm/sched-turbo-$(version).tar.gz HEAD
	rpmbuild -bb --define "_topdir $(CURDIR)/build/rpm" \
		--define "_sourcedir $(CURDIR)/build/rpm" rpm/sched-turbo.spec

clean:
	$(MAKE) -C $(KDIR) M=$(CURDIR) clean
	$(MAKE) -C tools/turboctl clean
	$(MAKE) -C tests/guest/micro clean
	$(MAKE) -C tests/numbers clean
	$(MAKE) -C tests/functional clean
	$(MAKE) -C tests/functional/policy clean
	$(MAKE) -C tests/guest/linux clean

help:
	@echo 'all            modules, turboctl and test programs for KDIR'
	@echo '               ($(KDIR))'
	@echo 'install        modules and turboctl, hook, units (DESTDIR, PREFIX)'
	@echo 'guest_install  a unit and a man page for turbo_guest in a guest'
	@echo 'deb            Debian packages: two for DKMS, and turboctl'
	@echo 'rpm            the same as RPM packages, in build/rpm'
	@echo 'demo           a KVM host in a box: four guests, stock and SCHED_TURBO'
	@echo 'check          all tests on all kernels, or on KERNEL="6.12 7.2"'
	@echo 'check-fast     what takes under five minutes, on 6.12'
	@echo 'numbers        the figures of GROUP=slice, guest, libvirt, budget or'
	@echo '               budget-mixes against their targets; of GROUP=bench those'
	@echo '               of the last "make bench"'
	@echo 'bench          benchmarks against stock and every peer: all, or'
	@echo '               BENCH="slice rogue"; KERNEL=6.12; QUICK=1 for a glance'
	@echo 'regress        fio, sockperf and virtual-time probes against the accepted'
	@echo '               ratios; ACCEPT="reason" accepts new ones; PART=probes or io'
	@echo 'clean          what all has made'
