// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mmu - one memory at two addresses, and a fault where there is none
 *
 * The start code mapped every address to itself, by one table of 1 MiB each
 * (lib/arm/mmu.S). We change an entry, and read what we take out of the table.
 *
 *	alias 0x...
 *	fault at 0xf0000000
 */

#include <assert.h>
#include <lkmc/exception.h>
#include <lkmc/machine.h>
#include <stdio.h>

#define MIB (1u << 20)
#define ALIAS 0xe0000000	/* where the program's MiB is to be as well */
#define NOTHING 0xf0000000

extern uint32_t lkmc_table[];
void lkmc_tlb_flush(void);

static uint32_t fault;

void lkmc_exception(struct lkmc_frame *frame)
{
	assert(frame->kind == LKMC_DATA_ABORT);
	fault = frame->fault_address;
	frame->pc += 4;		/* go on behind the instruction */
}

int main(void)
{
	static volatile uint32_t word = 1;
	volatile uint32_t *const alias = (volatile uint32_t *)
		(ALIAS + (uint32_t)&word % MIB);

	lkmc_table[ALIAS / MIB] = lkmc_table[(uint32_t)&word / MIB];
	lkmc_table[NOTHING / MIB] = 0;
	lkmc_tlb_flush();
	printf("alias %p\n", (void *)alias);
	*alias = 2;
	assert(word == 2);

	(void)*(volatile uint32_t *)NOTHING;
	printf("fault at 0x%lx\n", (unsigned long)fault);
	assert(fault == NOTHING);
	return 0;
}
