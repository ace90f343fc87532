/* SPDX-License-Identifier: GPL-2.0 */
/*
 * guest.h - what the host and the code inside a micro guest share
 *
 * Included by C and by guest.S.  Each vCPU has one struct micro_share in guest
 * memory, followed by its stack and its ring of wake latencies; both sides
 * read and write it directly, so the host sees useful work exactly and at no
 * cost to the guest.
 */
#ifndef MICRO_GUEST_H
#define MICRO_GUEST_H

/* Guest physical addresses; the guest maps them one to one. */
#define GUEST_PML4		0x1000
#define GUEST_PDPT		0x2000
#define GUEST_PD		0x3000
#define GUEST_GDT		0x4000
#define GUEST_IDT		0x5000
#define GUEST_CODE		0x6000
#define GUEST_CODE_SIZE		0x1000
#define GUEST_VCPUS		0x100000

/* Each vCPU's area. */
#define VCPU_AREA		0x80000
#define VCPU_STACK_TOP		0x2000
#define VCPU_RING		0x40000
#define VCPU_RING_ENTRIES	0x8000

#define GUEST_VECTOR		0x40

/* Iterations of the work loop that the guest times to learn its speed. */
#define CALIBRATE_LOOPS		4096
#define CALIBRATE_ROUNDS	64

/* Offsets in struct micro_share. */
#define SHARE_READY		0x00
#define SHARE_COUNT		0x08
#define SHARE_JOBS		0x10
#define SHARE_IRQS		0x18
#define SHARE_DUE		0x20
#define SHARE_OVERRUNS		0x28
#define SHARE_PERIOD		0x30
#define SHARE_BUSY		0x38
#define SHARE_SPEED		0x40
#define SHARE_LOOPS		0x48

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

/**
 * struct micro_share - one vCPU's words, shared by guest and host
 * @ready: set by the guest when it is set up and starts its program
 * @count: iterations of the work loop: the guest's useful work
 * @jobs: bursts of work done (duty)
 * @irqs: interrupts handled (duty)
 * @due: TSC at which the next interrupt is due: written by the guest when it
 *       sets its timer, by the host when it signals an irqfd
 * @overruns: bursts that ended after the next one was due (duty with a timer)
 * @period: TSC ticks from one burst to the next, 0 if interrupts come from the
 *          host; set by the host before the start
 * @busy: TSC ticks of work in a burst; set by the host before the start
 * @speed: TSC ticks that CALIBRATE_LOOPS iterations take, as found by the guest
 * @loops: iterations in a burst, as found by the guest; the host may change it
 */
struct micro_share {
	uint64_t ready;
	uint64_t count;
	uint64_t jobs;
	uint64_t irqs;
	uint64_t due;
	uint64_t overruns;
	uint64_t period;
	uint64_t busy;
	uint64_t speed;
	uint64_t loops;
};

#define SHARE_AT(field, offset) \
	_Static_assert(offsetof(struct micro_share, field) == (offset), #field)

SHARE_AT(ready, SHARE_READY);
SHARE_AT(count, SHARE_COUNT);
SHARE_AT(jobs, SHARE_JOBS);
SHARE_AT(irqs, SHARE_IRQS);
SHARE_AT(due, SHARE_DUE);
SHARE_AT(overruns, SHARE_OVERRUNS);
SHARE_AT(period, SHARE_PERIOD);
SHARE_AT(busy, SHARE_BUSY);
SHARE_AT(speed, SHARE_SPEED);
SHARE_AT(loops, SHARE_LOOPS);

/* The code in guest.S; copied to GUEST_CODE. */
extern const char guest_code[], guest_code_end[];
extern const char guest_hog[], guest_duty[], guest_irq[];

#endif /* __ASSEMBLER__ */
#endif /* MICRO_GUEST_H */
