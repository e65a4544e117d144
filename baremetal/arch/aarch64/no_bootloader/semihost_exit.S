// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: exit=42
/*
 * semihost_exit - ask the emulator to end, from the very first instruction
 *
 * Nothing comes before it: neither our start code nor a stack.
 */

.global _start
.type _start, %function
_start:
	mov x0, #0x20
	adr x1, block
	hlt #0xf000
	b .

.balign 8
block:
	.quad 0x20026, 42
