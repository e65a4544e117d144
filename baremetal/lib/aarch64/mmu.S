// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every address means itself: one table of 512 entries of 1 GiB each. Below
 * lkmc_ram are devices, from there on is 1 GiB of memory that caches may hold.
 * A program may write into lkmc_table, and then call lkmc_tlb_flush.
 */

#define GIB		(1 << 30)
#define BLOCK		(1 << 0)
#define ACCESSED	(1 << 10)
#define SHARED		(3 << 8)
#define MEMORY		(1 << 2)	/* the second attribute of MAIR_EL1 */
#define MAIR		0xff00		/* 0: device, nGnRnE; 1: write-back */
#define TCR		(25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23 | 1 << 32)

.text
.global lkmc_map
lkmc_map:
	ldr x0, =lkmc_table
	ldr x1, =lkmc_ram
	mov x2, #(BLOCK | ACCESSED)
	mov x3, #GIB
1:	str x2, [x0], #8
	add x2, x2, x3
	cmp x2, x1
	b.lo 1b
	add x1, x1, #(BLOCK | ACCESSED | SHARED | MEMORY)
	str x1, [x0]
	ret

.global lkmc_mmu_on
lkmc_mmu_on:
	mov x0, #MAIR
	msr mair_el1, x0
	ldr x0, =TCR
	msr tcr_el1, x0
	ldr x0, =lkmc_table
	msr ttbr0_el1, x0
	tlbi vmalle1
	dsb ish
	isb
	mrs x0, sctlr_el1
	mov x1, #(1 << 12 | 1 << 2 | 1 << 0)		/* I, C, M */
	orr x0, x0, x1
	bic x0, x0, #2					/* no alignment check */
	msr sctlr_el1, x0
	isb
	ret

.global lkmc_tlb_flush
lkmc_tlb_flush:
	dsb ishst
	tlbi vmalle1is
	dsb ish
	isb
	ret

.bss
.balign 4096
.global lkmc_table
lkmc_table:
	.skip 4096
