// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: cflags=-nostdlib -static
/*
 * hello_asm - hello with nothing but two system calls
 *
 * No C library: the kernel jumps to _start. The number of a system call goes
 * to x8, arguments to x0, x1, x2, the result comes back in x0.
 *
 *	# /hello_asm.out
 *	hello
 */

#include <asm/unistd.h>

.section .note.GNU-stack, "", %progbits
.text
.global _start
_start:
	mov x8, #__NR_write
	mov x0, #1
	adr x1, message
	mov x2, #length
	svc #0

	/* exit(written != length) */
	cmp x0, #length
	cset x0, ne
	mov x8, #__NR_exit
	svc #0

message:
	.ascii "hello\n"
	.set length, . - message
