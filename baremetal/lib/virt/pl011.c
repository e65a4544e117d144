// SPDX-License-Identifier: GPL-2.0-or-later
/* The serial port of many Arm boards, Arm's PL011 (DDI 0183). */

#include <lkmc/console.h>
#include <lkmc/interrupt.h>
#include <lkmc/machine.h>

#define DR	LKMC_REG32(lkmc_uart, 0x00)	/* data */
#define FR	LKMC_REG32(lkmc_uart, 0x18)	/* flags */
#define LCR_H	LKMC_REG32(lkmc_uart, 0x2c)	/* line control */
#define CR	LKMC_REG32(lkmc_uart, 0x30)	/* control */
#define IMSC	LKMC_REG32(lkmc_uart, 0x38)	/* interrupt mask */

#define FR_RXFE		(1u << 4)	/* nothing received */
#define FR_TXFF		(1u << 5)	/* no room to send */
#define LCR_H_8_BITS	(3u << 5)	/* and no FIFO: each one is an event */
#define CR_ON		(1u << 9 | 1u << 8 | 1u << 0)
#define IMSC_RX		(1u << 4)

void lkmc_putc(char c)
{
	while (FR & FR_TXFF)
		;
	CR = CR_ON;
	DR = (unsigned char)c;
}

int lkmc_getc_now(void)
{
	return FR & FR_RXFE ? -1 : (int)(DR & 0xff);
}

int lkmc_getc(void)
{
	int c;

	CR = CR_ON;
	while ((c = lkmc_getc_now()) < 0)
		;
	return c;
}

void lkmc_uart_interrupt_on(void)
{
	LCR_H = LCR_H_8_BITS;
	CR = CR_ON;
	IMSC = IMSC_RX;
	lkmc_interrupt_on(LKMC_VALUE(lkmc_uart_irq));
}
