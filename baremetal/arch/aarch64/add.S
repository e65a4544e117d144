// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * add - add a register and a constant, and check it, with no system below
 *
 * Says nothing: the status is the result.
 */

#include <lkmc/check_asm.h>

.global main
.type main, %function
main:
	mov x0, #1
	add x1, x0, #2
	CHECK_EQ(x1, 3)
	PASS
