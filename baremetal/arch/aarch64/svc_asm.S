// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * svc_asm - an exception and the way back from it, without any C between
 *
 * A table of vectors of our own, of which one entry does something.
 */

#include <lkmc/check_asm.h>

.global main
.type main, %function
main:
	adr x0, vectors
	msr vbar_el1, x0
	isb
	mov x19, #1
	svc #0
	CHECK_EQ(x19, 43)
	PASS

.balign 2048
vectors:
	.skip 0x200			/* this level, on its own stack */
	add x19, x19, #42
	eret
