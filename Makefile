# SPDX-License-Identifier: GPL-2.0
#
# SCHED_TURBO for KVM.  "make help" lists the targets.

KDIR ?= /lib/modules/$(shell uname -r)/build

.PHONY: all modules tools tests clean help

all: modules tools tests

modules:
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

tools:
	$(MAKE) -C tools/turboctl

tests:
	$(MAKE) -C tests/guest/micro
	$(MAKE) -C tests/numbers

clean:
	$(MAKE) -C $(KDIR) M=$(CURDIR) clean
