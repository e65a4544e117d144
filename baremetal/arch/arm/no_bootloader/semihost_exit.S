// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: exit=42
/*
 * semihost_exit - ask the emulator to end, from the very first instruction
 *
 * Nothing comes before it: neither our start code nor a stack.
 */

.syntax unified
.arm

.global _start
.type _start, %function
_start:
	mov r0, #0x20
	adr r1, block
	svc #0x123456
	b .

block:
	.word 0x20026, 42
