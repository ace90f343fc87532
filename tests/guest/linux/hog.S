/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hog.S - a program that computes, and nothing else
 *
 * An emulator runs it many times as fast as a loop of the shell's, all of whose jumps
 * it has to look up; to the guest and its host a busy CPU is a busy CPU.
 */
	.section .note.GNU-stack, "", @progbits

	.text
	.globl	_start
	.balign	64
_start:
	.rept	62
	nop
	.endr
	jmp	_start
