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
	sub $8, %rsp			/* calls want it a multiple of 16 */
	mov $text, %edi
	call puts
	mov $format, %edi
	mov $0x12345678, %esi
	xor %eax, %eax			/* no argument in a vector register */
	call printf
	xor %edi, %edi
	call exit
