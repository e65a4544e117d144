// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mmu - one memory at two addresses, and a fault where there is none
 *
 * The start code mapped every address to itself, by one table of 1 GiB each
 * (lib/aarch64/mmu.S). We add an entry, and read what is not mapped at all.
 *
 *	alias 0x...
 *	fault at 0x140000000
 */

#include <assert.h>
#include <lkmc/exception.h>
#include <lkmc/machine.h>
#include <stdio.h>

#define GIB (UINT64_C(1) << 30)
#define ALIAS 4			/* the entry, and the GiB that it maps */
#define NOTHING (5 * GIB)

extern uint64_t lkmc_table[];
void lkmc_tlb_flush(void);

static uint64_t fault;

void lkmc_exception(struct lkmc_frame *frame)
{
	assert(LKMC_ESR_CLASS(frame) == LKMC_CLASS_DATA_ABORT);
	fault = frame->far;
	frame->pc += 4;		/* go on behind the instruction */
}

int main(void)
{
	static volatile uint32_t word = 1;
	const uint64_t ram = LKMC_VALUE(lkmc_ram);
	volatile uint32_t *const alias = (volatile uint32_t *)
		((uint64_t)&word - ram + ALIAS * GIB);

	lkmc_table[ALIAS] = lkmc_table[ram / GIB];
	lkmc_tlb_flush();
	printf("alias %p\n", (void *)alias);
	*alias = 2;
	assert(word == 2);

	(void)*(volatile uint32_t *)NOTHING;
	printf("fault at 0x%lx\n", (unsigned long)fault);
	assert(fault == NOTHING);
	return 0;
}
