// SPDX-License-Identifier: GPL-2.0-or-later
/* The serial port of PCs, a 16550. */

#include <arch.h>
#include <lkmc/console.h>
#include <lkmc/interrupt.h>
#include <lkmc/machine.h>

#define PORT(offset) (LKMC_VALUE(lkmc_uart) + (offset))
#define DATA 0
#define IER 1		/* which events interrupt */
#define MCR 4
#define LSR 5
#define IER_RECEIVED 1
#define MCR_OUT2 8	/* lets the interrupt out of the chip, on a PC */
#define LSR_RECEIVED 1
#define LSR_ROOM 0x20

void lkmc_putc(char c)
{
	while (!(arch_in(PORT(LSR)) & LSR_ROOM))
		;
	arch_out(PORT(DATA), c);
}

int lkmc_getc_now(void)
{
	return arch_in(PORT(LSR)) & LSR_RECEIVED ? arch_in(PORT(DATA)) : -1;
}

int lkmc_getc(void)
{
	int c;

	while ((c = lkmc_getc_now()) < 0)
		;
	return c;
}

void lkmc_uart_interrupt_on(void)
{
	/* First the way: the interrupt is an edge, which nobody would see. */
	lkmc_interrupt_on(LKMC_VALUE(lkmc_uart_irq));
	arch_out(PORT(MCR), MCR_OUT2);
	arch_out(PORT(IER), IER_RECEIVED);
}
