// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mmu - one memory at two addresses, and a fault where there is none
 *
 * The start code mapped the first 4 GiB to themselves (lib/x86_64/start.S). We
 * add an entry to the second table, and read what is not mapped at all.
 *
 *	alias 0x...
 *	fault at 0x200000000
 */

#include <arch.h>
#include <assert.h>
#include <lkmc/exception.h>
#include <stdio.h>

#define GIB (UINT64_C(1) << 30)
#define ALIAS 5			/* the entry, and the GiB that it maps */
#define NOTHING (8 * GIB)

extern uint64_t lkmc_table[];

static uint64_t fault;
extern char after[];

void lkmc_exception(struct lkmc_frame *frame)
{
	assert(frame->kind == LKMC_PAGE_FAULT);
	assert(frame->error == 0);	/* a read, of what is not there */
	fault = arch_fault_address();
	frame->pc = (uint64_t)after;
}

int main(void)
{
	static volatile uint32_t word = 1;
	volatile uint32_t *const alias = (volatile uint32_t *)
		((uint64_t)&word + ALIAS * GIB);
	uint64_t *const second = lkmc_table + 512;

	second[ALIAS] = second[0];
	printf("alias %p\n", (void *)alias);
	*alias = 2;
	assert(word == 2);

	__asm__ __volatile__ ("mov (%0), %%eax\nafter:"
		: : "r" (NOTHING) : "eax", "memory");
	printf("fault at 0x%lx\n", fault);
	assert(fault == NOTHING);
	return 0;
}
