// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The end of a program: its status as a line to QEMU's isa-debugcon, then
 * isa-debug-exit, which alone could tell seven bits of it.
 */

#include <arch.h>
#include <lkmc/console.h>
#include <lkmc/machine.h>

static void tell(char c)
{
	arch_out(LKMC_VALUE(lkmc_status), c);
}

void lkmc_exit(int status)
{
	const unsigned int value = status & 0xff;

	for (const char *c = "status "; *c; c++)
		tell(*c);
	tell('0' + value / 100);
	tell('0' + value / 10 % 10);
	tell('0' + value % 10);
	tell('\n');
	for (;;)
		arch_out(LKMC_VALUE(lkmc_exit_port), 0);
}
