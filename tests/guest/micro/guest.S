/* SPDX-License-Identifier: GPL-2.0 */
/*
 * guest.S - the programs that micro guests run
 *
 * 64-bit code, independent of its position, that the host copies into guest
 * memory.  Each vCPU starts at one of the entries in long mode with
 *
 *	rdi	its struct micro_share
 *	rsp	its stack
 *
 * flat segments, low memory mapped one to one, and interrupts off.  There is
 * nothing else in the guest: every vCPU runs a program by itself, for ever.
 */
#include "guest.h"

#define MSR_X2APIC_EOI		0x80b
#define MSR_X2APIC_SVR		0x80f
#define MSR_X2APIC_LVTT		0x832
#define MSR_TSC_DEADLINE	0x6e0

#define SVR_ENABLE		0x1ff
#define LVTT_DEADLINE		(2 << 17)

	.section .rodata
	.balign 16
	.globl guest_code, guest_code_end, guest_hog, guest_duty, guest_irq

	.macro	rdtsc64 reg
	rdtsc
	shlq	$32, %rdx
	leaq	(%rdx, %rax), \reg
	.endm

guest_code:

/* hog: work and nothing else.  Two instructions an iteration. */
guest_hog:
	movq	$1, SHARE_READY(%rdi)
1:	incq	SHARE_COUNT(%rdi)
	jmp	1b

/*
 * duty: wait halted for an interrupt, work for SHARE_BUSY, and again.
 *
 *	rbx	next deadline
 *	r12	interrupts already answered by a burst
 */
guest_duty:
	movl	$MSR_X2APIC_SVR, %ecx
	movl	$SVR_ENABLE, %eax
	xorl	%edx, %edx
	wrmsr
	movl	$MSR_X2APIC_LVTT, %ecx
	movl	$(GUEST_VECTOR | LVTT_DEADLINE), %eax
	wrmsr

	call	calibrate
	xorl	%r12d, %r12d
	movq	$0, SHARE_COUNT(%rdi)
	movq	$1, SHARE_READY(%rdi)
	rdtsc64	%rbx
	addq	SHARE_PERIOD(%rdi), %rbx

.Lnext_burst:
	cmpq	$0, SHARE_PERIOD(%rdi)
	je	.Lwait
	movq	%rbx, SHARE_DUE(%rdi)
	movq	%rbx, %rax
	movq	%rbx, %rdx
	shrq	$32, %rdx
	movl	$MSR_TSC_DEADLINE, %ecx
	wrmsr

	/* sti takes effect after the hlt: no interrupt is slept through. */
.Lwait:	cli
	cmpq	%r12, SHARE_IRQS(%rdi)
	jne	.Lburst
	sti
	hlt
	jmp	.Lwait

.Lburst:
	movq	SHARE_IRQS(%rdi), %r12
	sti
	movq	SHARE_LOOPS(%rdi), %rcx
	call	work
	incq	SHARE_JOBS(%rdi)

	/*
	 * A late burst puts off those after it: lost time is not made up for,
	 * or a guest that is short of CPU time would turn into a hog.
	 */
	addq	SHARE_PERIOD(%rdi), %rbx
	rdtsc64	%rax
	cmpq	%rbx, %rax
	jbe	.Lnext_burst
	movq	%rax, %rbx
	cmpq	$0, SHARE_PERIOD(%rdi)
	je	.Lnext_burst
	incq	SHARE_OVERRUNS(%rdi)
	jmp	.Lnext_burst

/* rcx iterations; leaves at once if that's 0. */
work:	testq	%rcx, %rcx
	jz	2f
1:	incq	SHARE_COUNT(%rdi)
	decq	%rcx
	jnz	1b
2:	ret

/*
 * Finds how long the work loop takes, as the shortest of many short runs: one
 * of them will not have been interrupted however busy the host's CPU is.  Then
 * loops = busy * CALIBRATE_LOOPS / speed.
 */
calibrate:
	movq	$-1, %r9
	movl	$CALIBRATE_ROUNDS, %r10d
1:	rdtsc64	%r8
	movl	$CALIBRATE_LOOPS, %ecx
	call	work
	rdtsc64	%rax
	subq	%r8, %rax
	cmpq	%r9, %rax
	cmovb	%rax, %r9
	decl	%r10d
	jnz	1b
	testq	%r9, %r9
	jnz	2f
	incq	%r9
2:	movq	%r9, SHARE_SPEED(%rdi)
	movq	SHARE_BUSY(%rdi), %rax
	movl	$CALIBRATE_LOOPS, %edx
	mulq	%rdx
	divq	%r9
	movq	%rax, SHARE_LOOPS(%rdi)
	ret

/*
 * The interrupt: writes down how late it is, counts, and ends it.  The entry
 * in the ring is written before the count that makes it valid.
 */
guest_irq:
	pushq	%rax
	pushq	%rcx
	pushq	%rdx
	rdtsc64	%rax
	subq	SHARE_DUE(%rdi), %rax
	movq	SHARE_IRQS(%rdi), %rcx
	andl	$(VCPU_RING_ENTRIES - 1), %ecx
	movq	%rax, VCPU_RING(%rdi, %rcx, 8)
	incq	SHARE_IRQS(%rdi)
	movl	$MSR_X2APIC_EOI, %ecx
	xorl	%eax, %eax
	xorl	%edx, %edx
	wrmsr
	popq	%rdx
	popq	%rcx
	popq	%rax
	iretq

guest_code_end:

	.section .note.GNU-stack, "", @progbits
