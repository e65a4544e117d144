// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PSCI, Arm's interface to the firmware for power (DEN 0022): QEMU plays the
 * firmware. It is called by hvc, or by smc when the machine started us as a
 * hypervisor.
 */

#include <arch.h>
#include <lkmc/cpus.h>
#include <lkmc/machine.h>

#define PSCI_VERSION 0x84000000
#define PSCI_SYSTEM_OFF 0x84000008

extern char lkmc_secondary[];

static void (*volatile functions[16])(void);

void lkmc_secondary_main(unsigned long number);

static long call(unsigned long function, unsigned long a, unsigned long b,
	unsigned long c)
{
	return arch_is_hypervisor(lkmc_boot[1]) ? arch_smc(function, a, b, c) :
		arch_hvc(function, a, b, c);
}

unsigned int lkmc_cpu(void)
{
	return arch_mpidr() & 0xff;
}

long lkmc_cpu_on(unsigned int number, void (*function)(void))
{
	functions[number] = function;
	__asm__ __volatile__ ("dsb sy" : : : "memory");
	return call(PSCI_CPU_ON, number, LKMC_VALUE(lkmc_secondary), number);
}

void lkmc_secondary_main(unsigned long number)
{
	functions[number]();
}

unsigned long lkmc_psci_version(void)
{
	return call(PSCI_VERSION, 0, 0, 0);
}

void lkmc_power_off(void)
{
	call(PSCI_SYSTEM_OFF, 0, 0, 0);
	for (;;)
		;
}
