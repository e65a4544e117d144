// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * 256 entries of 16 bytes, one for each vector. Each makes sure that an error
 * code is on the stack, adds its number and the registers, which makes a
 * struct lkmc_frame, keeps those of floating point, and calls lkmc_vector.
 */

#define HAS_ERROR	0x60227d00		/* 8, 10 to 14, 17, 21, 29, 30 */

.text
.balign 16
.global lkmc_vectors
lkmc_vectors:
.set number, 0
.rept 256
	.balign 16
	.set has_error, 0
	.if number < 32
	.set has_error, HAS_ERROR >> number & 1
	.endif
	.if !has_error
	push $0
	.endif
	push $number
	jmp save
	.set number, number + 1
.endr

save:
.irp register, rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15
	push %\register
.endr
	cld
	mov %rsp, %rdi
	mov %rsp, %rbx
	sub $512, %rsp
	and $-16, %rsp
	fxsave64 (%rsp)
	call lkmc_vector
	fxrstor64 (%rsp)
	mov %rbx, %rsp
.irp register, r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax
	pop %\register
.endr
	add $16, %rsp
	iretq
