/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System registers and calls that arm and aarch64 spell differently. */

#ifndef LKMC_ARCH_H
#define LKMC_ARCH_H

#include <stdint.h>

#define LKMC_READ(name, instruction) \
static inline uint64_t name(void) \
{ \
	uint64_t value; \
\
	__asm__ __volatile__ ("mrs %0, " instruction : "=r" (value) : : "memory"); \
	return value; \
}

#define LKMC_WRITE(name, instruction) \
static inline void name(uint64_t value) \
{ \
	__asm__ __volatile__ ("msr " instruction ", %0\n\tisb" \
		: : "r" (value) : "memory"); \
}

LKMC_READ(arch_mpidr, "mpidr_el1")
LKMC_READ(arch_counter, "cntvct_el0")
LKMC_READ(arch_frequency, "cntfrq_el0")
LKMC_READ(arch_icc_iar, "s3_0_c12_c12_0")
LKMC_READ(arch_features, "id_aa64pfr0_el1")
LKMC_WRITE(arch_set_timer_control, "cntv_ctl_el0")
LKMC_WRITE(arch_set_timer_value, "cntv_tval_el0")
LKMC_WRITE(arch_set_icc_sre, "s3_0_c12_c12_5")
LKMC_WRITE(arch_set_icc_pmr, "s3_0_c4_c6_0")
LKMC_WRITE(arch_set_icc_igrpen, "s3_0_c12_c12_7")
LKMC_WRITE(arch_set_icc_eoir, "s3_0_c12_c12_1")
LKMC_WRITE(arch_set_icc_sgi, "s3_0_c12_c11_5")

/* The thread pointer, two words before the thread's own variables. */
LKMC_WRITE(arch_set_thread_pointer, "tpidr_el0")
#define TLS_BEFORE_POINTER 0

static inline int arch_has_gic_v3(void)
{
	return arch_features() >> 24 & 0xf;
}

/* Whether the machine started us above EL1, where hvc would call ourselves. */
static inline int arch_is_hypervisor(uintptr_t boot_level)
{
	return boot_level >= 2;
}

static inline void arch_unmask(void)
{
	__asm__ __volatile__ ("msr daifclr, #3" : : : "memory");
}

static inline void arch_mask(void)
{
	__asm__ __volatile__ ("msr daifset, #3" : : : "memory");
}

#define PSCI_CPU_ON 0xc4000003		/* the 64-bit one */

#define LKMC_CALL(name, instruction) \
static inline long name(unsigned long function, unsigned long a, \
	unsigned long b, unsigned long c) \
{ \
	register unsigned long x0 __asm__ ("x0") = function; \
	register unsigned long x1 __asm__ ("x1") = a; \
	register unsigned long x2 __asm__ ("x2") = b; \
	register unsigned long x3 __asm__ ("x3") = c; \
\
	__asm__ __volatile__ (instruction \
		: "+r" (x0), "+r" (x1), "+r" (x2), "+r" (x3) : : "memory"); \
	return (long)x0; \
}

LKMC_CALL(arch_hvc, "hvc #0")
LKMC_CALL(arch_smc, "smc #0")

#endif
