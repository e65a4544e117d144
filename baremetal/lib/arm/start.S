// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From reset to main, arm (ARMv7-A):
 *
 *  1. Keep what the machine gave in r2 (of a raw image, where the device tree
 *     is) and the mode that it started us in.
 *  2. From the mode of hypervisors go down to that of supervisors.
 *  3. Switch on floating point, the exception vectors, and the stack of CPU 0.
 *  4. Clear .bss, which a raw image does not bring along.
 *  5. Switch on the MMU, every address mapped to itself: without it memory
 *     is a device, where ldrex and unaligned accesses need not work.
 *  6. lkmc_main, which calls constructors, main and exit.
 *
 * Other CPUs stay off until psci.c asks for them; they begin at
 * lkmc_secondary with the number of their stack in r0, and do 2, 3 and 5.
 */

.syntax unified
.arm
.arch_extension virt
.fpu neon-vfpv4

#define SUPERVISOR	0x13
#define HYPERVISOR	0x1a
#define MASKED		0x1c0		/* asynchronous aborts, IRQ, FIQ */

.macro descend
	mrs r9, cpsr
	and r9, r9, #0x1f
	cmp r9, #HYPERVISOR
	bne 1f
	mov r9, #3			/* supervisors may use the counter */
	mcr p15, 4, r9, c14, c1, 0
	mov r9, #0
	mcrr p15, 4, r9, r9, c14	/* and see it without an offset */
	ldr r9, =(SUPERVISOR | MASKED)
	msr spsr_cxsf, r9
	adr r9, 1f
	msr elr_hyp, r9
	eret
1:	cpsid aif, #SUPERVISOR
.endm

.macro cpu_setup
	mrc p15, 0, r9, c1, c0, 2
	orr r9, r9, #(0xf << 20)	/* CPACR: both floating point units */
	mcr p15, 0, r9, c1, c0, 2
	isb
	mov r9, #(1 << 30)
	vmsr fpexc, r9
	ldr r9, =lkmc_vectors
	mcr p15, 0, r9, c12, c0, 0
	isb
.endm

.section .text.start, "ax"
.global _start
.type _start, %function
_start:
	mov r4, r2
	mrs r5, cpsr
	and r5, r5, #0x1f
	descend
	cpu_setup
	mov r0, #0
	bl lkmc_take_stack

	ldr r0, =lkmc_bss
	ldr r1, =lkmc_bss_end
	mov r2, #0
1:	cmp r0, r1
	strlo r2, [r0], #4
	blo 1b
	ldr r0, =lkmc_boot
	stm r0, {r4, r5}
	bl lkmc_map
	bl lkmc_mmu_on
	bl lkmc_main

.text
.global lkmc_secondary
.type lkmc_secondary, %function
lkmc_secondary:
	mov r4, r0
	descend
	cpu_setup
	mov r0, r4
	bl lkmc_take_stack
	bl lkmc_mmu_on
	mov r0, r4
	bl lkmc_secondary_main
1:	wfi
	b 1b

/* The stack of CPU r0; they begin at their upper end. */
lkmc_take_stack:
	ldr r9, =lkmc_stack_size
	add r10, r0, #1
	ldr r11, =lkmc_stacks
	mla sp, r10, r9, r11
	bx lr
