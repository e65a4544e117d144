// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every address means itself: one table of 4096 sections of 1 MiB each. Below
 * lkmc_ram are devices, from there on is memory that caches may hold. A
 * program may write into lkmc_table, and then call lkmc_tlb_flush.
 */

.syntax unified
.arm

#define SECTION		(1 << 1)
#define ALLOWED		(3 << 10)
#define NO_CODE		(1 << 4)
#define DEVICE		(1 << 2)
#define MEMORY		(1 << 12 | 1 << 3 | 1 << 2 | 1 << 16)	/* write-back, shared */

.text
.global lkmc_map
lkmc_map:
	ldr r0, =lkmc_table
	ldr r1, =lkmc_ram
	mov r2, #0
	ldr r3, =(SECTION | ALLOWED | NO_CODE | DEVICE)
	ldr r9, =(SECTION | ALLOWED | MEMORY)
1:	cmp r2, r1
	orrlo r10, r2, r3
	orrhs r10, r2, r9
	str r10, [r0], #4
	adds r2, r2, #(1 << 20)
	bcc 1b
	bx lr

.global lkmc_mmu_on
lkmc_mmu_on:
	mov r0, #0
	mcr p15, 0, r0, c2, c0, 2	/* TTBCR: one table for all */
	ldr r0, =lkmc_table
	mcr p15, 0, r0, c2, c0, 0	/* TTBR0 */
	mov r0, #1
	mcr p15, 0, r0, c3, c0, 0	/* DACR: as the descriptors say */
	mov r0, #0
	mcr p15, 0, r0, c8, c7, 0	/* TLBIALL */
	dsb
	isb
	mrc p15, 0, r0, c1, c0, 0
	bic r0, r0, #(1 << 1)		/* SCTLR: no alignment check */
	bic r0, r0, #(1 << 28 | 1 << 29)	/* TEX and access bits as above */
	ldr r1, =(1 << 12 | 1 << 2 | 1 << 0)	/* I, C, M */
	orr r0, r0, r1
	mcr p15, 0, r0, c1, c0, 0
	isb
	bx lr

.global lkmc_tlb_flush
.type lkmc_tlb_flush, %function
lkmc_tlb_flush:
	dsb
	mov r0, #0
	mcr p15, 0, r0, c8, c7, 0
	dsb
	isb
	bx lr

.bss
.balign 16384
.global lkmc_table
lkmc_table:
	.skip 16384
