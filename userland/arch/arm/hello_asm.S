// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: cflags=-nostdlib -static
/*
 * hello_asm - hello with nothing but two system calls
 *
 * No C library: the kernel jumps to _start. The number of a system call goes
 * to r7, arguments to r0, r1, r2, the result comes back in r0.
 *
 *	# /hello_asm.out
 *	hello
 */

#include <asm/unistd.h>

.syntax unified
.arm
.section .note.GNU-stack, "", %progbits
.text
.global _start
.type _start, %function
_start:
	mov r7, #__NR_write
	mov r0, #1
	adr r1, message
	mov r2, #length
	svc #0

	/* exit(written != length) */
	cmp r0, #length
	movne r0, #1
	moveq r0, #0
	mov r7, #__NR_exit
	svc #0

message:
	.ascii "hello\n"
	.set length, . - message
