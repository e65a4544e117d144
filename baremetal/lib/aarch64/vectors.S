// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of 16 vectors of 128 bytes, as the architecture wants it: four
 * kinds (synchronous, IRQ, FIQ, SError) from each of four origins (this level
 * on SP_EL0, this level on its own stack, a lower level in 64 or 32 bits).
 * Each keeps all registers in a struct lkmc_frame and below it those of
 * floating point, calls lkmc_vector, and restores what the frame then holds.
 */

#define FRAME		(38 * 8)
#define FLOATS		(32 * 16 + 2 * 8)

.macro vector kind
.balign 128
	sub sp, sp, #FRAME
	stp x0, x1, [sp, #0]
	mov x0, #\kind
	b save
.endm

.macro floats instruction
.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\instruction q\n, [sp, #(\n * 16)]
.endr
.endm

.text
.balign 2048
.global lkmc_vectors
lkmc_vectors:
.irp kind, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	vector \kind
.endr

save:
.irp n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29
	str x\n, [sp, #(\n * 8)]
.endr
	add x1, sp, #FRAME
	stp x30, x1, [sp, #(30 * 8)]
	mrs x1, elr_el1
	mrs x2, spsr_el1
	stp x1, x2, [sp, #(32 * 8)]
	mrs x1, esr_el1
	mrs x2, far_el1
	stp x1, x2, [sp, #(34 * 8)]
	str x0, [sp, #(36 * 8)]

	mov x0, sp
	sub sp, sp, #FLOATS
	floats str
	mrs x1, fpsr
	mrs x2, fpcr
	str x1, [sp, #(32 * 16)]
	str x2, [sp, #(32 * 16 + 8)]
	bl lkmc_vector
	ldr x1, [sp, #(32 * 16)]
	ldr x2, [sp, #(32 * 16 + 8)]
	msr fpsr, x1
	msr fpcr, x2
	floats ldr
	add sp, sp, #FLOATS

	ldp x1, x2, [sp, #(32 * 8)]
	msr elr_el1, x1
	msr spsr_el1, x2
.irp n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
	ldr x\n, [sp, #(\n * 8)]
.endr
	ldp x0, x1, [sp, #0]
	add sp, sp, #FRAME
	eret
