// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * svc_asm - an exception and the way back from it, without any C between
 *
 * A table of vectors of our own, of which one entry does something. svc from
 * the mode of supervisors overwrites lr, which main needs no more.
 */

#include <lkmc/check_asm.h>

.global main
.type main, %function
main:
	adr r0, vectors
	mcr p15, 0, r0, c12, c0, 0
	isb
	mov r4, #1
	svc #0
	CHECK_EQ(r4, 43)
	PASS

.balign 32
vectors:
	b .				/* reset */
	b .				/* undefined */
	add r4, r4, #42			/* svc; what follows is its next word */
	movs pc, lr
