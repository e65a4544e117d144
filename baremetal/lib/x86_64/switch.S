// SPDX-License-Identifier: GPL-2.0-or-later
/* rbx, rbp and r12 to r15 are a caller's own; call pushed where to go on. */

.text
.global lkmc_context
lkmc_context:
	lea -8(%rdi), %rdi			/* as if it had been called */
	mov %rsi, -8(%rdi)
	lea (-7 * 8)(%rdi), %rax
	ret

.global lkmc_switch
lkmc_switch:
	push %rbp
	push %rbx
	push %r12
	push %r13
	push %r14
	push %r15
	mov %rsp, (%rdi)
	mov %rsi, %rsp
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbx
	pop %rbp
	ret
