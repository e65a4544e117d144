// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: arch=aarch64,arm needs=psci
/*
 * psci - ask the firmware for its version, for a CPU that does not exist, for
 * one that is on already, and then to switch the machine off
 *
 *	PSCI 1.1
 *
 * Switched off is not wrong: scripts/run ends with status 0.
 */

#include <assert.h>
#include <lkmc/cpus.h>
#include <stdio.h>

#define INVALID_PARAMETERS (-2)
#define ALREADY_ON (-4)

static void never(void)
{
	assert(0);
}

int main(void)
{
	const unsigned long version = lkmc_psci_version();

	printf("PSCI %lu.%lu\n", version >> 16, version & 0xffff);
	assert(version >= 0x2);
	assert((int)lkmc_cpu_on(15, never) == INVALID_PARAMETERS);
	assert((int)lkmc_cpu_on(0, never) == ALREADY_ON);
	lkmc_power_off();
}
