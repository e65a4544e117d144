// SPDX-License-Identifier: GPL-2.0-or-later
/* r4 to r11 and d8 to d15 are a caller's own; lr says where to go on. */

.syntax unified
.arm
.fpu neon-vfpv4

.text
.global lkmc_context
.type lkmc_context, %function
lkmc_context:
	str r1, [r0, #-4]!
	sub r0, r0, #(9 * 4 + 8 * 8)		/* lr is the last of ten words */
	bx lr

.global lkmc_switch
.type lkmc_switch, %function
lkmc_switch:
	push {r4-r12, lr}			/* r12 makes it an even number */
	vpush {d8-d15}
	str sp, [r0]
	mov sp, r1
	vpop {d8-d15}
	pop {r4-r12, lr}
	bx lr
