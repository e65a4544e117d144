// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fadd - add floating point numbers (VFP); and four of them at once, by NEON
 *
 * The start code has switched on both units (CPACR, FPEXC), which are off at
 * reset.
 */

#include <lkmc/check_asm.h>

.global main
.type main, %function
main:
	vmov.f64 d0, #1.5
	vmov.f64 d1, #2.5
	vadd.f64 d2, d0, d1
	vcvt.s32.f64 s6, d2
	vmov r0, s6
	CHECK_EQ(r0, 4)

	adr r0, first
	vldm r0, {d16-d19}
	vadd.f32 q8, q8, q9
	vcvt.s32.f32 q8, q8
	vmov r4, r5, d16
	vmov r6, r7, d17
	CHECK_EQ(r4, 11)
	CHECK_EQ(r5, 22)
	CHECK_EQ(r6, 33)
	CHECK_EQ(r7, 44)
	PASS

.balign 16
first:	.float 1, 2, 3, 4
	.float 10, 20, 30, 40
