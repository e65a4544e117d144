// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * interrupt - this CPU interrupts itself, by the interrupt controller
 *
 * Kept waiting as long as interrupts are masked.
 */

#include <assert.h>
#include <lkmc/cpus.h>
#include <lkmc/exception.h>
#include <lkmc/interrupt.h>

#define NUMBER 5

static volatile unsigned int count, last;

void lkmc_interrupt(unsigned int number)
{
	last = number;
	count++;
}

int main(void)
{
	lkmc_interrupt_on(NUMBER);
	lkmc_send_interrupt(lkmc_cpu(), NUMBER);
	assert(count == 0);
	lkmc_interrupts_unmask();
	while (count == 0)
		;
	assert(last == NUMBER);

	lkmc_send_interrupt(lkmc_cpu(), NUMBER);
	while (count == 1)
		;
	lkmc_interrupts_mask();
	assert(count == 2);
	return 0;
}
