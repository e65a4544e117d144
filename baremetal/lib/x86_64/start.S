// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From the loader to main, x86_64:
 *
 *  1. QEMU finds the entry by a note (PVH, Xen's public/arch-x86/hvm/
 *     start_info.h): 32-bit mode, no paging, ebx the address of what it tells.
 *  2. Clear .bss.
 *  3. Page tables: the first 4 GiB, every address mapped to itself.
 *  4. Long mode: PAE, EFER.LME, paging, a jump to a 64-bit segment; SSE.
 *  5. The stack of CPU 0, then lkmc_main by way of the exceptions' table.
 *
 * Other CPUs begin in real mode in a copy of lkmc_real_mode, and do 4 and 5.
 */

#define PRESENT		1
#define WRITABLE	2
#define LARGE		0x80			/* 2 MiB */
#define LARGE_SIZE	0x200000
#define CR0_SET		0x80010023		/* PG, WP, NE, MP, PE */
#define CR0_CLEAR	0x6000000c		/* CD, NW, TS, EM */
#define CR4_SET		0x620			/* OSXMMEXCPT, OSFXSR, PAE */
#define EFER		0xc0000080
#define EFER_LME	0x100
#define CODE		8
#define DATA		16

.section .note.Xen, "a", @note
	.balign 4
	.long 4, 8, 18				/* PHYS32_ENTRY */
	.asciz "Xen"
	.quad _start

.macro long_mode to
	mov $CR4_SET, %eax
	mov %eax, %cr4
	mov $lkmc_table, %eax
	mov %eax, %cr3
	mov $EFER, %ecx
	rdmsr
	or $EFER_LME, %eax
	wrmsr
	mov %cr0, %eax
	and $~CR0_CLEAR, %eax
	or $CR0_SET, %eax
	mov %eax, %cr0
	lgdt gdt_pointer
	ljmp $CODE, $\to
.endm

.section .text.start, "ax"
.code32
.global _start
_start:
	cli
	cld
	mov $lkmc_bss, %edi
	mov $lkmc_bss_end, %ecx
	sub %edi, %ecx
	xor %eax, %eax
	rep stosb

	movl $(lkmc_table + 0x1000 + PRESENT + WRITABLE), lkmc_table
	mov $(lkmc_table + 0x2000 + PRESENT + WRITABLE), %eax
	mov $(lkmc_table + 0x1000), %edi
1:	mov %eax, (%edi)			/* four tables of 1 GiB */
	add $0x1000, %eax
	add $8, %edi
	cmp $(lkmc_table + 0x1000 + 4 * 8), %edi
	jb 1b
	mov $(PRESENT + WRITABLE + LARGE), %eax
	mov $(lkmc_table + 0x2000), %edi
2:	mov %eax, (%edi)
	add $8, %edi
	add $LARGE_SIZE, %eax
	jnc 2b
	long_mode start_64

.code64
start_64:
	mov $DATA, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	mov $(lkmc_stacks), %rsp
	add $(lkmc_stack_size), %rsp
	mov %ebx, %ebx
	mov %rbx, lkmc_boot
	call lkmc_idt_setup
	call lkmc_main

/* Copied to lkmc_trampoline, the only place here that is known in real mode. */
.code16
.global lkmc_real_mode, lkmc_real_mode_end
lkmc_real_mode:
	cli
	xor %ax, %ax
	mov %ax, %ds
	lgdtl lkmc_trampoline + (real_gdt_pointer - lkmc_real_mode)
	mov %cr0, %eax
	or $1, %eax
	mov %eax, %cr0
	ljmpl $(CODE + 16), $protected
real_gdt_pointer:
	.word gdt_end - gdt - 1
	.long gdt
lkmc_real_mode_end:

.code32
protected:
	mov $DATA, %eax
	mov %eax, %ds
	long_mode secondary_64

.code64
secondary_64:
	mov $DATA, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	mov $lkmc_lapic, %eax
	mov 0x20(%rax), %edi			/* our number */
	shr $24, %edi
	lea 1(%rdi), %rax
	imul $lkmc_stack_size, %rax
	lea lkmc_stacks(%rax), %rsp
	sub $8, %rsp
	call lkmc_secondary_main
1:	hlt
	jmp 1b

.balign 8
gdt:
	.quad 0
	.quad 0x00af9b000000ffff		/* code, 64 bits */
	.quad 0x00cf93000000ffff		/* data */
	.quad 0x00cf9b000000ffff		/* code, 32 bits */
gdt_end:
gdt_pointer:
	.word gdt_end - gdt - 1
	.quad gdt

.bss
.balign 4096
.global lkmc_table
lkmc_table:
	.skip 6 * 4096
