// SPDX-License-Identifier: GPL-2.0-or-later
/* The virtual timer that each CPU has: a counter, and a value that runs out. */

#include <arch.h>
#include <lkmc/interrupt.h>
#include <lkmc/machine.h>

#define ENABLE 1

uint64_t lkmc_timer_ticks(void)
{
	return arch_counter();
}

uint64_t lkmc_timer_frequency(void)
{
	return arch_frequency();
}

void lkmc_timer_start(unsigned long microseconds)
{
	lkmc_interrupt_on(LKMC_VALUE(lkmc_timer_irq));
	arch_set_timer_value(lkmc_timer_frequency() * microseconds / 1000000);
	arch_set_timer_control(ENABLE);
}

void lkmc_timer_stop(void)
{
	arch_set_timer_control(0);
}
