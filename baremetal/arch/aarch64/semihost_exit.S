// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: exit=42
/*
 * semihost_exit - ask the emulator to end, with a status of ours
 *
 * SYS_EXIT_EXTENDED, 0x20, takes a reason and a status.
 */

.global main
.type main, %function
main:
	mov x0, #0x20
	adr x1, block
	hlt #0xf000
	b .

.balign 8
block:
	.quad 0x20026, 42
