/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System registers and calls that arm and aarch64 spell differently. */

#ifndef LKMC_ARCH_H
#define LKMC_ARCH_H

#include <stdint.h>

#define LKMC_READ(name, register) \
static inline uint32_t name(void) \
{ \
	uint32_t value; \
\
	__asm__ __volatile__ ("mrc p15, " register : "=r" (value) : : "memory"); \
	return value; \
}

#define LKMC_WRITE(name, register) \
static inline void name(uint32_t value) \
{ \
	__asm__ __volatile__ ("mcr p15, " register "\n\tisb" \
		: : "r" (value) : "memory"); \
}

LKMC_READ(arch_mpidr, "0, %0, c0, c0, 5")
LKMC_READ(arch_frequency, "0, %0, c14, c0, 0")
LKMC_READ(arch_icc_iar, "0, %0, c12, c12, 0")
LKMC_READ(arch_features, "0, %0, c0, c1, 1")
LKMC_WRITE(arch_set_timer_control, "0, %0, c14, c3, 1")
LKMC_WRITE(arch_set_timer_value, "0, %0, c14, c3, 0")
LKMC_WRITE(arch_set_icc_sre, "0, %0, c12, c12, 5")
LKMC_WRITE(arch_set_icc_pmr, "0, %0, c4, c6, 0")
LKMC_WRITE(arch_set_icc_igrpen, "0, %0, c12, c12, 7")
LKMC_WRITE(arch_set_icc_eoir, "0, %0, c12, c12, 1")

static inline uint64_t arch_counter(void)
{
	uint64_t value;

	__asm__ __volatile__ ("mrrc p15, 1, %Q0, %R0, c14" : "=r" (value) : :
		"memory");
	return value;
}

static inline void arch_set_icc_sgi(uint64_t value)
{
	__asm__ __volatile__ ("mcrr p15, 0, %Q0, %R0, c12\n\tisb" : :
		"r" (value) : "memory");
}

/* The thread pointer, two words before the thread's own variables. */
LKMC_WRITE(arch_set_thread_pointer, "0, %0, c13, c0, 3")
#define TLS_BEFORE_POINTER 0

static inline int arch_has_gic_v3(void)
{
	return arch_features() >> 28 & 0xf;
}

/* Whether the machine started us as hypervisor: hvc would call ourselves. */
static inline int arch_is_hypervisor(uintptr_t boot_mode)
{
	return boot_mode == 0x1a;
}

static inline void arch_unmask(void)
{
	__asm__ __volatile__ ("cpsie if" : : : "memory");
}

static inline void arch_mask(void)
{
	__asm__ __volatile__ ("cpsid if" : : : "memory");
}

#define PSCI_CPU_ON 0x84000003		/* the 32-bit one */

#define LKMC_CALL(name, instruction) \
static inline long name(unsigned long function, unsigned long a, \
	unsigned long b, unsigned long c) \
{ \
	register unsigned long r0 __asm__ ("r0") = function; \
	register unsigned long r1 __asm__ ("r1") = a; \
	register unsigned long r2 __asm__ ("r2") = b; \
	register unsigned long r3 __asm__ ("r3") = c; \
\
	__asm__ __volatile__ (instruction \
		: "+r" (r0), "+r" (r1), "+r" (r2), "+r" (r3) : : "memory"); \
	return (long)r0; \
}

LKMC_CALL(arch_hvc, ".arch_extension virt\n\thvc #0")
LKMC_CALL(arch_smc, ".arch_extension sec\n\tsmc #0")

#endif
