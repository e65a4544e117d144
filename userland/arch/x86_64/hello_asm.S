// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: cflags=-nostdlib -static
/*
 * hello_asm - hello with nothing but two system calls
 *
 * No C library: the kernel jumps to _start. The number of a system call goes
 * to rax, arguments to rdi, rsi, rdx, the result comes back in rax.
 *
 *	# /hello_asm.out
 *	hello
 */

#include <asm/unistd.h>

.section .note.GNU-stack, "", %progbits
.text
.global _start
_start:
	mov $__NR_write, %eax
	mov $1, %edi
	lea message(%rip), %rsi
	mov $length, %edx
	syscall

	/* exit(written != length) */
	xor %edi, %edi
	cmp $length, %rax
	setne %dil
	mov $__NR_exit, %eax
	syscall

message:
	.ascii "hello\n"
	.set length, . - message
