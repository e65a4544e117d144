// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * c_from_as - call the C library from assembly: puts, printf, exit
 *
 *	hello puts
 *	hello printf 12345678
 */

.section .rodata
text:	.asciz "hello puts"
format:	.asciz "hello printf %x\n"

.text
.global main
.type main, %function
main:
	ldr x0, =text
	bl puts
	ldr x0, =format
	ldr w1, =0x12345678
	bl printf
	mov w0, #0
	bl exit
