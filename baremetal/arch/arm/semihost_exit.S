// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: exit=42
/*
 * semihost_exit - ask the emulator to end, with a status of ours
 *
 * SYS_EXIT_EXTENDED, 0x20, takes a reason and a status.
 */

.syntax unified
.arm

.global main
.type main, %function
main:
	mov r0, #0x20
	adr r1, block
	svc #0x123456
	b .

block:
	.word 0x20026, 42
