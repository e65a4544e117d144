// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fadd - add floating point numbers; and four of them at once, by NEON
 *
 * The start code has switched on the unit (CPACR_EL1), which is off at reset.
 */

#include <lkmc/check_asm.h>

.global main
.type main, %function
main:
	fmov d0, #1.5
	fmov d1, #2.5
	fadd d2, d0, d1
	fcvtzs x0, d2
	CHECK_EQ(x0, 4)

	ldr q0, first
	ldr q1, second
	fadd v2.4s, v0.4s, v1.4s
	fcvtzs v2.4s, v2.4s
	mov x0, v2.d[0]
	mov x1, v2.d[1]
	CHECK_EQ(x0, 0x160000000b)
	CHECK_EQ(x1, 0x2c00000021)
	PASS

.balign 16
first:	.float 1, 2, 3, 4
second:	.float 10, 20, 30, 40
