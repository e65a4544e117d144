// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fadd - add floating point numbers; and four of them at once, by SSE
 *
 * The start code has switched on the unit (CR0, CR4), which is off at reset.
 */

#include <lkmc/check_asm.h>

.global main
.type main, %function
main:
	movsd one_and_a_half, %xmm0
	addsd two_and_a_half, %xmm0
	cvtsd2si %xmm0, %rax
	CHECK_EQ(%rax, 4)

	movaps first, %xmm0
	addps second, %xmm0
	cvtps2dq %xmm0, %xmm0
	movq %xmm0, %rax
	CHECK_EQ(%rax, 0x160000000b)
	PASS

.section .rodata
.balign 16
first:	.float 1, 2, 3, 4
second:	.float 10, 20, 30, 40
one_and_a_half: .double 1.5
two_and_a_half: .double 2.5
