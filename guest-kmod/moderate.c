// SPDX-License-Identifier: GPL-2.0
/*
 * moderate.c - fewer interrupts for packets that wait for their reader anyway
 *
 * Interrupts of network cards are moderated (after a packet they stay off, and a
 * timer polls: napi_defer_hard_irqs, gro_flush_timeout; see
 * Documentation/networking/napi.rst) for two reasons:
 *
 * - of a card that receives bulk, as each round sees (policy/bulk.c), unless
 *   somebody has set how they are moderated;
 * - of all cards while many datagrams are dropped because their sockets' buffers
 *   are full, as a tracepoint tells (policy/moderate.c).
 *
 * docs/design-guest.md has what that is good for.  A packet waits for that long at
 * most, and a part of TCP's stream in GRO as long again, or a jiffy.
 */
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/moduleparam.h>
#include <linux/pci.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include "policy/bulk.h"
#include "policy/moderate.h"
#include "turbo_guest.h"

#define MODERATE_MAX_US	10000
#define BULK_MAX_RATE	100000000

static unsigned int moderate_us = 3000;
module_param(moderate_us, uint, 0444);
MODULE_PARM_DESC(moderate_us, "how long network interrupts wait while datagrams are dropped for want of a reader, in us, up to 16 times that if it does not help, 0 for never (3000)");

static unsigned int bulk_us = 1000;
module_param(bulk_us, uint, 0444);
MODULE_PARM_DESC(bulk_us, "how long network interrupts of a card wait while it receives bulk, in us, down to a sixteenth of that if more than 64 packets would come meanwhile, 0 for never (1000)");

static unsigned int bulk_rate = 4000;
module_param(bulk_rate, uint, 0444);
MODULE_PARM_DESC(bulk_rate, "packets a second, of 512 bytes or more on average, that are bulk from here on, until they are half of that (4000)");

static DEFINE_PER_CPU(u64, dropped);

/**
 * struct turbo_card - a network card
 * @node: in the list of all
 * @dev: which one; no reference: it is compared, and looked at only while a round
 *	goes through what there is
 * @bulk: what it receives
 * @us: how long its interrupts were made to wait, 0 if not
 * @seen: in this round
 * @failed: a setting could not be put back, or is out of reach
 */
struct turbo_card {
	struct list_head node;
	const struct device *dev;
	struct turbo_bulk bulk;
	u32 us;
	bool seen;
	bool failed;
};

/* Written in rounds, one at a time, as all that follows. */
static LIST_HEAD(cards);
static struct turbo_moderate state;
/* A round has been asked for, and has not looked yet. */
static bool asked;

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

static struct turbo_card *card_get(const struct device *dev)
{
	struct turbo_card *card;

	list_for_each_entry(card, &cards, node)
		if (card->dev == dev)
			return card;
	card = kzalloc(sizeof(*card), GFP_KERNEL);
	if (!card)
		return NULL;
	card->dev = dev;
	list_add(&card->node, &cards);
	return card;
}

static void card_drop(struct turbo_card *card)
{
	list_del(&card->node);
	kfree(card);
}

/* Forget those that have gone. */
static void drop_unseen(void)
{
	struct turbo_card *card, *next;

	list_for_each_entry_safe(card, next, &cards, node) {
		if (!card->seen)
			card_drop(card);
		else
			card->seen = false;
	}
}

/* By sysfs, which knows whether its driver is still there.  0 on success. */
static int counter(struct device *dev, const char *leaf, u64 *value)
{
	char *path = turbo_device_path(dev, leaf), text[24];
	int err;

	if (!path)
		return -ENOMEM;
	err = turbo_file_read(TURBO_SYSFS, path, text, sizeof(text));
	kfree(path);
	return err ?: kstrtou64(text, 10, value);
}

/* Has somebody else set it?  Or is it out of reach? */
static bool theirs(struct device *dev, const char *leaf)
{
	char *path = turbo_device_path(dev, leaf);
	u64 n;
	bool yes;

	yes = !path || turbo_file_number(TURBO_SYSFS, path, &n) || n;
	kfree(path);
	return yes;
}

/* How long its interrupts are to wait because of what it receives, in us. */
static u32 look_at(struct device *dev, struct turbo_card *card, bool wait_anyway)
{
	bool was = card->bulk.on;
	u64 now, packets, bytes;
	u32 us;

	if (!bulk_us)
		return 0;
	now = ktime_get_ns();
	if (turbo_bulk_due(&card->bulk, now)) {
		if (counter(dev, "statistics/rx_packets", &packets) ||
		    counter(dev, "statistics/rx_bytes", &bytes))
			return 0;
		turbo_bulk_step(&card->bulk, now, packets, bytes, bulk_rate,
				bulk_us, wait_anyway);
	}
	us = turbo_bulk_wait(&card->bulk, bulk_us);
	/* who has set it may need it as it is: a short wait, or none */
	if (us && (theirs(dev, "gro_flush_timeout") ||
		   theirs(dev, "napi_defer_hard_irqs"))) {
		card->bulk = (struct turbo_bulk){ 0 };
		us = 0;
	}
	if (!us)
		return 0;
	if (!was) {
		turbo_count(TURBO_BULK);
		pr_info_once("%s receives bulk: its interrupts wait for up to %u us meanwhile\n",
			     dev_name(dev), bulk_us);
	}
	return us;
}

static void set(struct device *dev, u32 us)
{
	char *timeout, *defer;

	timeout = turbo_device_path(dev, "gro_flush_timeout");
	defer = turbo_device_path(dev, "napi_defer_hard_irqs");
	if (timeout && defer) {
		turbo_file_raise(TURBO_SYSFS, timeout, us * NSEC_PER_USEC);
		turbo_file_raise(TURBO_SYSFS, defer, 1);
	}
	kfree(defer);
	kfree(timeout);
}

/* Returns 0, or an error if that is to be tried again. */
static int reset(struct device *dev)
{
	char *timeout, *defer;
	int err;

	timeout = turbo_device_path(dev, "gro_flush_timeout");
	defer = turbo_device_path(dev, "napi_defer_hard_irqs");
	err = timeout ? turbo_file_reset(TURBO_SYSFS, timeout) : -ENOMEM;
	if (!err)
		err = defer ? turbo_file_reset(TURBO_SYSFS, defer) : -ENOMEM;
	kfree(defer);
	kfree(timeout);
	return err;
}

/**
 * struct turbo_moderation - a round
 * @us: how long all interrupts are to wait at least
 * @again: must there be another round within a second?
 */
struct turbo_moderation {
	u32 us;
	bool again;
};

/* Cards come and go, so each round goes through those that there are. */
static int moderate(struct device *dev, const char *class, void *data)
{
	struct turbo_moderation *round = data;
	struct turbo_card *card;
	u32 us = round->us;
	int err = 0;

	if (strcmp(class, "net"))
		return 0;
	card = card_get(dev);
	if (!card) {	/* no memory: when there is some again, all is done */
		round->again = true;
		return 0;
	}
	card->seen = true;
	us = max(us, look_at(dev, card, us && us >= bulk_us));
	/* a setting is only ever raised, from what it was before */
	if (us < card->us || card->failed) {
		err = reset(dev);
		card->failed = err;
	}
	if (us)
		set(dev, us);
	/* one more when it has ended; for one that is out of reach, whenever */
	if (us || card->us || (err && err != -ENOENT))
		round->again = true;
	card->us = us;
	return 0;
}

static int moderate_of(struct pci_dev *pdev, void *data)
{
	return turbo_device_parts(pdev, moderate, data);
}

/* Adds up what the cards have taken; one whose counter is out of reach is left out. */
static int count(struct device *dev, const char *class, void *data)
{
	u64 *sum = data, packets;

	if (!strcmp(class, "net") &&
	    !counter(dev, "statistics/rx_packets", &packets))
		*sum += packets;
	return 0;
}

static int count_of(struct pci_dev *pdev, void *data)
{
	return turbo_device_parts(pdev, count, data);
}

/* Are interrupts to wait because datagrams are dropped? */
static bool too_many(void)
{
	u64 now = ktime_get_ns(), drops = dropped_in_all(), packets = 0;

	if (turbo_moderate_due(&state, now, drops))
		turbo_device_each(count_of, &packets);
	return turbo_moderate_step(&state, now, drops, packets);
}

/**
 * turbo_moderate_check - are the parameters what they may be?
 *
 * Return: 0, or -ERANGE with a line that names the one that is not.
 */
int turbo_moderate_check(void)
{
	if (moderate_us > MODERATE_MAX_US) {
		pr_err("moderate_us=%u is not within 0 to %u\n", moderate_us,
		       MODERATE_MAX_US);
		return -ERANGE;
	}
	if (bulk_us > MODERATE_MAX_US) {
		pr_err("bulk_us=%u is not within 0 to %u\n", bulk_us,
		       MODERATE_MAX_US);
		return -ERANGE;
	}
	if (!bulk_rate || bulk_rate > BULK_MAX_RATE) {
		pr_err("bulk_rate=%u is not within 1 to %u\n", bulk_rate,
		       BULK_MAX_RATE);
		return -ERANGE;
	}
	return 0;
}

/**
 * turbo_moderate - moderate interrupts, or do so no longer
 *
 * Context: a round.
 * Return: must there be another round within a second?
 */
bool turbo_moderate(void)
{
	struct turbo_moderation round = { 0 };
	bool was = state.on;

	/* before they are counted, so that none is missed */
	WRITE_ONCE(asked, false);
	if (moderate_us && too_many()) {
		round.us = turbo_moderate_wait(&state, moderate_us);
		round.again = true;
	}
	if (moderate_us || bulk_us) {
		turbo_device_each(moderate_of, &round);
		drop_unseen();
	}
	if (state.on && !was) {
		turbo_count(TURBO_MODERATED);
		pr_info_once("datagrams are dropped, as nobody comes to read them: network interrupts wait for %u us or more meanwhile\n",
			     moderate_us);
	}
	return round.again;
}

/**
 * turbo_moderate_forget - all settings have been put back
 *
 * Context: a round, or none any more.
 */
void turbo_moderate_forget(void)
{
	state = (struct turbo_moderate){ .drops = dropped_in_all() };
	drop_unseen();	/* none has been seen since the last round */
}
