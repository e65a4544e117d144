// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From reset to main, aarch64:
 *
 *  1. Keep what the machine gave in x0 (of a raw image, where the device tree
 *     is) and the exception level that it started us at.
 *  2. From EL3 or EL2 go down to EL1, where programs are at home.
 *  3. Switch on floating point, the exception vectors, and the stack of CPU 0.
 *  4. Clear .bss, which a raw image does not bring along.
 *  5. Switch on the MMU, every address mapped to itself: without it memory
 *     is a device, where ldxr and unaligned accesses need not work.
 *  6. lkmc_main, which calls constructors, main and exit.
 *
 * Other CPUs stay off until psci.c asks for them; they begin at
 * lkmc_secondary with the number of their stack in x0, and do 2, 3 and 5.
 */

#define EL1H_MASKED	0x3c5		/* EL1 with its own stack, DAIF set */

.macro descend
	mrs x9, CurrentEL
	cmp x9, #(3 << 2)
	b.ne 2f
	/* Lower levels: not secure, 64-bit, hvc allowed. */
	mov x9, #(1 << 10 | 1 << 8 | 3 << 4 | 1)
	msr scr_el3, x9
	msr cptr_el3, xzr
	mrs x9, id_aa64pfr0_el1
	ubfx x9, x9, #8, #4
	cbz x9, 1f
	bl lkmc_el2_setup
1:	mov x9, #EL1H_MASKED
	msr spsr_el3, x9
	adr x9, 3f
	msr elr_el3, x9
	eret
2:	cmp x9, #(2 << 2)
	b.ne 3f
	bl lkmc_el2_setup
	mov x9, #EL1H_MASKED
	msr spsr_el2, x9
	adr x9, 3f
	msr elr_el2, x9
	eret
3:
.endm

.macro cpu_setup
	mov x9, #(3 << 20)		/* CPACR_EL1.FPEN */
	msr cpacr_el1, x9
	adrp x9, lkmc_vectors
	add x9, x9, :lo12:lkmc_vectors
	msr vbar_el1, x9
	isb
.endm

.section .text.start, "ax"
.global _start
_start:
	mov x19, x0
	mrs x20, CurrentEL
	descend
	cpu_setup
	mov x0, #0
	bl lkmc_take_stack

	adrp x0, lkmc_bss
	add x0, x0, :lo12:lkmc_bss
	adrp x1, lkmc_bss_end
	add x1, x1, :lo12:lkmc_bss_end
1:	cmp x0, x1
	b.hs 2f
	stp xzr, xzr, [x0], #16
	b 1b
2:	adrp x0, lkmc_boot
	add x0, x0, :lo12:lkmc_boot
	lsr x20, x20, #2
	stp x19, x20, [x0]
	bl lkmc_map
	bl lkmc_mmu_on
	bl lkmc_main

.text
.global lkmc_secondary
lkmc_secondary:
	mov x19, x0
	descend
	cpu_setup
	mov x0, x19
	bl lkmc_take_stack
	bl lkmc_mmu_on
	mov x0, x19
	bl lkmc_secondary_main
1:	wfi
	b 1b

lkmc_el2_setup:
	mov x9, #(1 << 31)		/* HCR_EL2.RW: EL1 is 64-bit */
	msr hcr_el2, x9
	mov x9, #3			/* EL1 may use counter and timer */
	msr cnthctl_el2, x9
	msr cntvoff_el2, xzr
	mov x9, #0x33ff			/* no trap of floating point */
	msr cptr_el2, x9
	ret

/* The stack of CPU x0; they begin at their upper end. */
lkmc_take_stack:
	ldr x9, =lkmc_stack_size
	add x10, x0, #1
	ldr x11, =lkmc_stacks
	madd x10, x10, x9, x11
	mov sp, x10
	ret
