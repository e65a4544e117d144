// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * add - add a constant and a register to a register
 *
 * The first operand gets the sum of the others, which stay as they are.
 */

#include <lkmc/check_asm.h>

.global main
.type main, %function
main:
	mov r0, #1
	add r1, r0, #2
	CHECK_EQ(r1, 3)
	CHECK_EQ(r0, 1)

	add r2, r1, r0
	CHECK_EQ(r2, 4)

	/* The second one can be shifted on the way: 1 + 3 * 4. */
	add r3, r0, r1, lsl #2
	CHECK_EQ(r3, 13)

	/* What does not fit in 32 bits goes to the carry flag, if asked for. */
	mov r4, #-1
	mov r6, #0
	adds r5, r4, #2
	adc r6, r6, #0
	CHECK_EQ(r5, 1)
	CHECK_EQ(r6, 1)
	PASS
