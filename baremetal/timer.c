// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timer - the timer of this CPU interrupts it, three times, while it sleeps
 *
 *	tick 1
 *	tick 2
 *	tick 3
 */

#include <assert.h>
#include <lkmc/exception.h>
#include <lkmc/interrupt.h>
#include <lkmc/machine.h>
#include <stdio.h>

#define MICROSECONDS 10000

static volatile unsigned int ticks;

void lkmc_interrupt(unsigned int number)
{
	assert(number == LKMC_VALUE(lkmc_timer_irq));
	ticks++;
	lkmc_timer_stop();
}

int main(void)
{
	const uint64_t least = lkmc_timer_frequency() * MICROSECONDS / 1000000;

	for (unsigned int i = 1; i <= 3; i++) {
		const uint64_t begin = lkmc_timer_ticks();

		lkmc_timer_start(MICROSECONDS);
		while (ticks < i)
			lkmc_wait();
		assert(ticks == i);
		/* The two clocks of a PC need not agree to the last tick. */
		assert(lkmc_timer_ticks() - begin >= least / 2);
		printf("tick %u\n", i);
	}
	return 0;
}
