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
	mov x0, #1
	add x1, x0, #2
	CHECK_EQ(x1, 3)
	CHECK_EQ(x0, 1)

	add x2, x1, x0
	CHECK_EQ(x2, 4)

	/* The second one can be shifted on the way: 1 + 3 * 4. */
	add x3, x0, x1, lsl #2
	CHECK_EQ(x3, 13)

	/* What does not fit in 64 bits goes to the carry flag, if asked for. */
	mov x4, #-1
	adds x5, x4, #2
	adc x6, xzr, xzr
	CHECK_EQ(x5, 1)
	CHECK_EQ(x6, 1)
	PASS
