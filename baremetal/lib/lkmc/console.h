/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The serial port, and the end of the program: each machine has its own. */

#ifndef LKMC_CONSOLE_H
#define LKMC_CONSOLE_H

#ifdef __cplusplus
extern "C" {
#endif

/* The status of a program that ran into an exception nobody handles. */
#define LKMC_DIED 101

void lkmc_putc(char c);
int lkmc_getc(void);		/* waits for it */
int lkmc_getc_now(void);	/* -1 when there is none */
/* From now on lkmc_interrupt(lkmc_uart_irq) is called for each character. */
void lkmc_uart_interrupt_on(void);

__attribute__((noreturn)) void lkmc_exit(int status);

/* Without a C library, which may be what is broken. */
void lkmc_puts(const char *text);
void lkmc_put_hex(const char *name, unsigned long value);

#ifdef __cplusplus
}
#endif

#endif
