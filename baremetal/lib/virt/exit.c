// SPDX-License-Identifier: GPL-2.0-or-later
/* The end of a program, by semihosting: the emulator ends with its status. */

#include <lkmc/console.h>
#include <lkmc/semihosting.h>

void lkmc_exit(int status)
{
	const unsigned long block[] = { LKMC_APPLICATION_EXIT, status & 0xff };

	lkmc_semihosting(LKMC_SYS_EXIT_EXTENDED, block);
	for (;;)
		;
}
