// SPDX-License-Identifier: GPL-2.0
/*
 * moderate.c - fewer interrupts for packets that nobody comes to read
 *
 * A tracepoint tells that a datagram was dropped because its socket's buffer is
 * full.  If many are, the network cards' interrupts are moderated: after a packet
 * they stay off, and a timer polls (napi_defer_hard_irqs, gro_flush_timeout; see
 * Documentation/networking/napi.rst).  docs/design-guest.md has what that is good
 * for.  TCP needs none of it: who sends waits for the window.  What it costs TCP
 * meanwhile is up to a jiffy, as GRO keeps segments while polls find work.
 */
#include <linux/device.h>
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include <linux/pci.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include "policy/moderate.h"
#include "turbo_guest.h"

#define MODERATE_MAX_US	10000

static unsigned int moderate_us = 3000;
module_param(moderate_us, uint, 0444);
MODULE_PARM_DESC(moderate_us, "how long network interrupts wait while datagrams are dropped for want of a reader, in us, up to four times that if it does not help, 0 for never (3000)");

static DEFINE_PER_CPU(u64, dropped);

/* Written in rounds, one at a time. */
static struct turbo_moderate state;
/* A round has been asked for, and has not looked yet. */
static bool asked;
/* Some card has our settings still; written in rounds. */
static bool unsettled;

/**
 * turbo_moderate_drop - a datagram has been dropped: its socket's buffer is full
 *
 * Context: softirq, mostly; any CPU.  Not a hot path unless packets are dropped,
 * and then a few instructions.
 */
void turbo_moderate_drop(void)
{
	if (!turbo_vcpu_live(raw_smp_processor_id()) || !moderate_us)
		return;
	if (this_cpu_inc_return(dropped) % TURBO_MODERATE_LOOK ||
	    READ_ONCE(state.on) || READ_ONCE(asked))
		return;
	/* two CPUs at the same time ask twice, for the same round */
	WRITE_ONCE(asked, true);
	turbo_steer_kick();
}

static u64 dropped_in_all(void)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(dropped, cpu));
	return sum;
}

static int set(struct device *dev, const char *class, void *data)
{
	char *timeout, *defer;

	if (strcmp(class, "net"))
		return 0;
	timeout = turbo_device_path(dev, "gro_flush_timeout");
	defer = turbo_device_path(dev, "napi_defer_hard_irqs");
	if (timeout && defer) {
		turbo_file_raise(TURBO_SYSFS, timeout,
				 turbo_moderate_wait(&state, moderate_us) *
				 NSEC_PER_USEC);
		turbo_file_raise(TURBO_SYSFS, defer, 1);
	}
	kfree(defer);
	kfree(timeout);
	return 0;
}

static int set_of(struct pci_dev *pdev, void *data)
{
	return turbo_device_parts(pdev, set, data);
}

static int reset(struct device *dev, const char *class, void *data)
{
	bool *failed = data;
	char *timeout, *defer;

	if (strcmp(class, "net"))
		return 0;
	timeout = turbo_device_path(dev, "gro_flush_timeout");
	defer = turbo_device_path(dev, "napi_defer_hard_irqs");
	if (!timeout || turbo_file_reset(TURBO_SYSFS, timeout))
		*failed = true;
	if (!defer || turbo_file_reset(TURBO_SYSFS, defer))
		*failed = true;
	kfree(defer);
	kfree(timeout);
	return 0;
}

static int reset_of(struct pci_dev *pdev, void *data)
{
	return turbo_device_parts(pdev, reset, data);
}

/**
 * turbo_moderate_check - is the parameter what it may be?
 *
 * Return: 0, or -ERANGE with a line that names it.
 */
int turbo_moderate_check(void)
{
	if (moderate_us <= MODERATE_MAX_US)
		return 0;
	pr_err("moderate_us=%u is not within 0 to %u\n", moderate_us,
	       MODERATE_MAX_US);
	return -ERANGE;
}

/**
 * turbo_moderate - moderate interrupts, or do so no longer
 *
 * Context: a round.
 * Return: must there be another round within a second?
 */
bool turbo_moderate(void)
{
	bool was = state.on, on, failed = false;

	if (!moderate_us)
		return false;
	/* before they are counted, so that none is missed */
	WRITE_ONCE(asked, false);
	on = turbo_moderate_step(&state, ktime_get_ns(), dropped_in_all());
	if (on) {
		turbo_device_each(set_of, NULL);	/* cards come and go */
	} else if (was || unsettled) {
		turbo_device_each(reset_of, &failed);
		unsettled = failed;
	}
	if (on && !was) {
		turbo_count(TURBO_MODERATED);
		pr_info_once("datagrams are dropped, as nobody comes to read them: network interrupts wait for %u us or more meanwhile\n",
			     moderate_us);
	}
	return on || unsettled;
}

/**
 * turbo_moderate_forget - all settings have been put back
 *
 * Context: a round, or none any more.
 */
void turbo_moderate_forget(void)
{
	state = (struct turbo_moderate){ .drops = dropped_in_all() };
	unsettled = false;
}
