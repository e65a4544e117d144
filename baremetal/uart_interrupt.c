// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: input=abcq needs=idle
/*
 * uart_interrupt - the serial port interrupts for each character; main sleeps
 *
 *	abcq
 */

#include <assert.h>
#include <lkmc/console.h>
#include <lkmc/exception.h>
#include <lkmc/interrupt.h>
#include <lkmc/machine.h>
#include <stdio.h>

static volatile char last;
static volatile unsigned int count;

void lkmc_interrupt(unsigned int number)
{
	int c;

	assert(number == LKMC_VALUE(lkmc_uart_irq));
	while ((c = lkmc_getc_now()) >= 0) {
		last = c;
		count++;
		putchar(c);
	}
}

int main(void)
{
	lkmc_uart_interrupt_on();
	while (last != 'q')
		lkmc_wait();
	putchar('\n');
	assert(count >= 1);
	return 0;
}
