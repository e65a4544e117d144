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
	mov r0, #1
	add r1, r0, #2
	CHECK_EQ(r1, 3)
	PASS
