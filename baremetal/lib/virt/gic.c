// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Arm's interrupt controller: version 2 (IHI 0048), whose CPU side is memory,
 * and version 3 (IHI 0069), where it is registers of the CPU. Interrupts 0 to
 * 15 are sent by CPUs, 16 to 31 belong to each CPU, from 32 on to the machine.
 */

#include <arch.h>
#include <lkmc/cpus.h>
#include <lkmc/exception.h>
#include <lkmc/interrupt.h>
#include <lkmc/machine.h>

#define GICD(offset)	LKMC_REG32(lkmc_gicd, offset)
#define GICC(offset)	LKMC_REG32(lkmc_gicc, offset)
/* Two frames of 64 KiB for each CPU; the second one is about its interrupts. */
#define GICR(offset)	LKMC_REG32(lkmc_gicr, lkmc_cpu() * 0x20000 + (offset))
#define GICR_OWN(offset) GICR(0x10000 + (offset))

#define CTLR		0x000
#define IGROUPR		0x080
#define ISENABLER	0x100
#define ITARGETSR	0x800
#define SGIR		0xf00
#define IROUTER		0x6000
#define GICC_PMR	0x004
#define GICC_IAR	0x00c
#define GICC_EOIR	0x010
#define GICR_WAKER	0x014

#define SHARED		32		/* the first that is the machine's */
#define SPURIOUS	1020		/* from here on there was none */

/*
 * The machine's file knows it, or the processor does: of version 3 it has a
 * part. gem5's says nothing of that to 32-bit programs.
 */
int lkmc_gic_version(void)
{
	const uintptr_t known = LKMC_VALUE(lkmc_gic);

	if (known == 2 || known == 3)
		return known;
	return arch_has_gic_v3() ? 3 : 2;
}

static void setup_v2(unsigned int number)
{
	GICD(CTLR) = 1;
	GICC(GICC_PMR) = 0xff;		/* every priority passes */
	GICC(CTLR) = 1;
	if (number >= SHARED) {
		const unsigned int shift = number % 4 * 8;

		GICD(ITARGETSR + number / 4 * 4) |= 1u << lkmc_cpu() << shift;
	}
	GICD(ISENABLER + number / 32 * 4) = 1u << number % 32;
}

static void setup_v3(unsigned int number)
{
	GICD(CTLR) = 1u << 4 | 1u << 1;	/* by affinity; group 1 */
	GICR(GICR_WAKER) &= ~(1u << 1);
	while (GICR(GICR_WAKER) & 1u << 2)
		;
	arch_set_icc_sre(1);
	arch_set_icc_pmr(0xff);
	arch_set_icc_igrpen(1);
	if (number < SHARED) {
		GICR_OWN(IGROUPR) |= 1u << number;
		GICR_OWN(ISENABLER) = 1u << number;
		return;
	}
	GICD(IGROUPR + number / 32 * 4) |= 1u << number % 32;
	GICD(IROUTER + number * 8) = arch_mpidr() & 0xffffff;
	GICD(IROUTER + number * 8 + 4) = 0;
	GICD(ISENABLER + number / 32 * 4) = 1u << number % 32;
}

void lkmc_interrupt_on(unsigned int number)
{
	if (lkmc_gic_version() == 3)
		setup_v3(number);
	else
		setup_v2(number);
}

void lkmc_gic_dispatch(void)
{
	const int v3 = lkmc_gic_version() == 3;
	const uint32_t which = v3 ? (uint32_t)arch_icc_iar() : GICC(GICC_IAR);
	const unsigned int number = which & (v3 ? 0xffffff : 0x3ff);

	if (number >= SPURIOUS)
		return;
	lkmc_interrupt(number);
	if (v3)
		arch_set_icc_eoir(which);
	else
		GICC(GICC_EOIR) = which;
}

void lkmc_send_interrupt(unsigned int cpu, unsigned int number)
{
	if (lkmc_gic_version() == 3)
		arch_set_icc_sgi((uint64_t)number << 24 | 1u << cpu);
	else
		GICD(SGIR) = 1u << cpu << 16 | number;
}

void lkmc_interrupts_unmask(void)
{
	arch_unmask();
}

void lkmc_interrupts_mask(void)
{
	arch_mask();
}

/* wfi ends when an interrupt is there, also one that is masked. */
void lkmc_wait(void)
{
	__asm__ __volatile__ ("wfi" : : : "memory");
	arch_unmask();
	__asm__ __volatile__ ("isb" : : : "memory");
	arch_mask();
}
