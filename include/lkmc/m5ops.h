/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a program can tell gem5 that runs it: instructions that no real
 * processor has, and anywhere else than in gem5 are illegal. Each has two
 * 64-bit arguments where a function's first two would be.
 *
 * Times are nanoseconds. A period of 0 means once.
 */

#ifndef LKMC_M5OPS_H
#define LKMC_M5OPS_H

#include <stdint.h>

#if defined(__x86_64__)
#define LKMC_M5OP(number, first, second) \
	__asm__ __volatile__ (".byte 0x0f, 0x04; .word " #number \
		: : "D" ((uint64_t)(first)), "S" ((uint64_t)(second)) \
		: "rax", "memory")
#elif defined(__aarch64__)
#define LKMC_M5OP(number, first, second) do { \
	register uint64_t lkmc_x0 __asm__ ("x0") = (first); \
	register uint64_t lkmc_x1 __asm__ ("x1") = (second); \
	__asm__ __volatile__ (".inst 0xff000110 | " #number " << 16" \
		: "+r" (lkmc_x0) : "r" (lkmc_x1) : "memory"); \
} while (0)
#elif defined(__arm__)
#define LKMC_M5OP(number, first, second) do { \
	register uint64_t lkmc_r0 __asm__ ("r0") = (first); \
	register uint64_t lkmc_r2 __asm__ ("r2") = (second); \
	__asm__ __volatile__ (".inst 0xee000110 | " #number " << 16" \
		: "+r" (lkmc_r0) : "r" (lkmc_r2) : "memory"); \
} while (0)
#endif

/* End the simulation, well or with a status of its own. */
static inline void lkmc_m5_exit(uint64_t delay)
{
	LKMC_M5OP(0x21, delay, 0);
}

static inline void lkmc_m5_fail(uint64_t delay, uint64_t status)
{
	LKMC_M5OP(0x22, delay, status);
}

/* Set all statistics to 0, append them to stats.txt, or do both. */
static inline void lkmc_m5_reset_stats(uint64_t delay, uint64_t period)
{
	LKMC_M5OP(0x40, delay, period);
}

static inline void lkmc_m5_dump_stats(uint64_t delay, uint64_t period)
{
	LKMC_M5OP(0x41, delay, period);
}

static inline void lkmc_m5_dump_reset_stats(uint64_t delay, uint64_t period)
{
	LKMC_M5OP(0x42, delay, period);
}

/* Save the simulated computer to a folder cpt.TIME. */
static inline void lkmc_m5_checkpoint(uint64_t delay, uint64_t period)
{
	LKMC_M5OP(0x43, delay, period);
}

#endif
