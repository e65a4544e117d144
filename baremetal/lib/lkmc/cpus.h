/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The other CPUs. */

#ifndef LKMC_CPUS_H
#define LKMC_CPUS_H

#ifdef __cplusplus
extern "C" {
#endif

/* The number of the CPU that asks. */
unsigned int lkmc_cpu(void);
/* Have CPU NUMBER call FUNCTION; 0, or what the firmware says is wrong. */
long lkmc_cpu_on(unsigned int number, void (*function)(void));
/* Firmware (PSCI): its version, and power for the whole machine. */
unsigned long lkmc_psci_version(void);
__attribute__((noreturn)) void lkmc_power_off(void);

#ifdef __cplusplus
}
#endif

#endif
