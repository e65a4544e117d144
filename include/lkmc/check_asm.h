/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For assembly programs linked to a C library:
 *
 * CHECK_EQ(REGISTER, NUMBER)  ends the program with status 1, and a line that
 *                             says where, unless the register has that value.
 *                             Changes no register but the flags. The register
 *                             is a whole one, and neither the stack pointer
 *                             nor r11 (x86_64), x16, x17 (aarch64), r12 (arm).
 * PASS                        ends the program with status 0.
 */

#ifndef LKMC_CHECK_ASM_H
#define LKMC_CHECK_ASM_H

#define CHECK_EQ(register, want) \
	lkmc_check_eq register, want, __FILE__, __LINE__, #register, #want
#define PASS lkmc_exit 0

/* The stack need not be executable. */
.section .note.GNU-stack, "", %progbits
.text

#if defined(__x86_64__)

.macro lkmc_exit status
	and $-16, %rsp
	mov $\status, %edi
	call exit@PLT
.endm

.macro lkmc_check_eq register, want, file, line, register_name, want_name
	push %r11
	movabs $\want, %r11
	cmp %r11, \register
	pop %r11
	je 98f
	lea 97f(%rip), %rdi
	and $-16, %rsp
	call puts@PLT
	lkmc_exit 1
97:	.asciz "\file:\line: CHECK_EQ(\register_name, \want_name) failed\nlkmc_test_fail"
98:
.endm

#elif defined(__aarch64__)

.macro lkmc_exit status
	mov w0, #\status
	bl exit
.endm

.macro lkmc_check_eq register, want, file, line, register_name, want_name
	stp x16, x17, [sp, #-16]!
	ldr x16, =\want
	cmp \register, x16
	ldp x16, x17, [sp], #16
	b.eq 98f
	adr x0, 97f
	bl puts
	lkmc_exit 1
97:	.asciz "\file:\line: CHECK_EQ(\register_name, \want_name) failed\nlkmc_test_fail"
	.balign 4
98:
.endm

#elif defined(__arm__)

.syntax unified
.arm

.macro lkmc_exit status
	bic sp, sp, #7
	mov r0, #\status
	bl exit
.endm

.macro lkmc_check_eq register, want, file, line, register_name, want_name
	push {r12}
	ldr r12, =\want
	cmp \register, r12
	pop {r12}
	beq 98f
	adr r0, 97f
	bic sp, sp, #7
	bl puts
	lkmc_exit 1
97:	.asciz "\file:\line: CHECK_EQ(\register_name, \want_name) failed\nlkmc_test_fail"
	.balign 4
98:
.endm

#else
#error "no assembly checks for this architecture"
#endif

#endif
