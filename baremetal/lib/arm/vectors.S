// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The eight vectors. The processor is in a mode of its own then, whose stack
 * we do not use: return address and status go to that of supervisors. There
 * all registers make a struct lkmc_frame, below it those of floating point;
 * lkmc_vector may change what is restored from it.
 *
 * svc from the mode of supervisors overwrites lr: who calls must not need it.
 */

.syntax unified
.arm
.fpu neon-vfpv4

#define SUPERVISOR	0x13

/* adjust: how far lr is from where to go on. */
.macro vector name, kind, adjust
\name:
	sub lr, lr, #\adjust
	srsdb sp!, #SUPERVISOR
	cps #SUPERVISOR
	push {lr}
	push {r0-r12}
	mov r0, #\kind
	b save
.endm

.text
.balign 32
.global lkmc_vectors
lkmc_vectors:
	b .
	b undefined
	b supervisor_call
	b prefetch_abort
	b data_abort
	b .
	b interrupt
	b fast_interrupt

vector undefined, 1, 0
vector supervisor_call, 2, 0
vector prefetch_abort, 3, 4
vector data_abort, 4, 8
vector interrupt, 6, 4
vector fast_interrupt, 7, 4

save:
	cmp r0, #3
	mrceq p15, 0, r1, c5, c0, 1	/* IFSR, IFAR */
	mrceq p15, 0, r2, c6, c0, 2
	mrcne p15, 0, r1, c5, c0, 0	/* DFSR, DFAR */
	mrcne p15, 0, r2, c6, c0, 0
	add r3, sp, #(16 * 4)
	push {r0-r3}
	mov r0, sp
	vmrs r1, fpscr
	vpush {d0-d15}
	vpush {d16-d31}
	push {r0, r1}
	mov r5, sp
	bic sp, sp, #7
	bl lkmc_vector
	mov sp, r5
	pop {r0, r1}
	vpop {d16-d31}
	vpop {d0-d15}
	vmsr fpscr, r1
	add sp, sp, #(4 * 4)
	pop {r0-r12}
	pop {lr}
	clrex
	rfeia sp!
