// SPDX-License-Identifier: GPL-2.0-or-later
/* x19 to x30 and d8 to d15 are a caller's own; x30 says where to go on. */

#define SIZE	(20 * 8)

.text
.global lkmc_context
lkmc_context:
	sub x0, x0, #SIZE
	str xzr, [x0, #(10 * 8)]
	str x1, [x0, #(11 * 8)]
	ret

.global lkmc_switch
lkmc_switch:
	sub sp, sp, #SIZE
	stp x19, x20, [sp, #(0 * 8)]
	stp x21, x22, [sp, #(2 * 8)]
	stp x23, x24, [sp, #(4 * 8)]
	stp x25, x26, [sp, #(6 * 8)]
	stp x27, x28, [sp, #(8 * 8)]
	stp x29, x30, [sp, #(10 * 8)]
	stp d8, d9, [sp, #(12 * 8)]
	stp d10, d11, [sp, #(14 * 8)]
	stp d12, d13, [sp, #(16 * 8)]
	stp d14, d15, [sp, #(18 * 8)]
	mov x2, sp
	str x2, [x0]
	mov sp, x1
	ldp x19, x20, [sp, #(0 * 8)]
	ldp x21, x22, [sp, #(2 * 8)]
	ldp x23, x24, [sp, #(4 * 8)]
	ldp x25, x26, [sp, #(6 * 8)]
	ldp x27, x28, [sp, #(8 * 8)]
	ldp x29, x30, [sp, #(10 * 8)]
	ldp d8, d9, [sp, #(12 * 8)]
	ldp d10, d11, [sp, #(14 * 8)]
	ldp d12, d13, [sp, #(16 * 8)]
	ldp d14, d15, [sp, #(18 * 8)]
	add sp, sp, #SIZE
	ret
