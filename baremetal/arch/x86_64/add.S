// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * add - add a constant to a register, and check it, with no system below
 *
 * Says nothing: the status is the result.
 */

#include <lkmc/check_asm.h>

.global main
.type main, %function
main:
	mov $1, %rax
	add $2, %rax
	CHECK_EQ(%rax, 3)
	PASS
