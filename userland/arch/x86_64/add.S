// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * add - add a constant and a register to a register
 *
 * The first operand is added to the second, which is overwritten.
 */

#include <lkmc/check_asm.h>

.global main
.type main, %function
main:
	mov $1, %rax
	add $2, %rax
	CHECK_EQ(%rax, 3)

	mov $4, %rbx
	add %rax, %rbx
	CHECK_EQ(%rbx, 7)
	CHECK_EQ(%rax, 3)

	/* What does not fit in 64 bits goes to the carry flag. */
	mov $-1, %rcx
	add $2, %rcx
	CHECK_EQ(%rcx, 1)
	mov $-1, %rcx
	add $2, %rcx
	mov $0, %rdx
	adc $0, %rdx
	CHECK_EQ(%rdx, 1)
	PASS
