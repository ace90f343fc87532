# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# What turbo_guest.ko asks of a kernel; read by kmod/compat/detect.sh.

# 6.13: the number of interrupts is behind a function
have IRQ_GET_NR_IRQS "$@" <<'C'
#include <linux/irqnr.h>
unsigned int f(void) { return irq_get_nr_irqs(); }
C
