/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ports, and the rest that C has no words for. */

#ifndef LKMC_ARCH_H
#define LKMC_ARCH_H

#include <stdint.h>

static inline void arch_out(uint16_t port, uint8_t value)
{
	__asm__ __volatile__ ("outb %0, %1" : : "a" (value), "Nd" (port));
}

static inline uint8_t arch_in(uint16_t port)
{
	uint8_t value;

	__asm__ __volatile__ ("inb %1, %0" : "=a" (value) : "Nd" (port));
	return value;
}

static inline uint64_t arch_ticks(void)
{
	uint32_t low, high;

	__asm__ __volatile__ ("rdtsc" : "=a" (low), "=d" (high));
	return (uint64_t)high << 32 | low;
}

/* The thread pointer, behind the thread's own variables; it points to itself. */
static inline void arch_set_thread_pointer(uint64_t value)
{
	*(uint64_t *)value = value;
	__asm__ __volatile__ ("wrmsr"		/* the base of fs */
		: : "c" (0xc0000100), "a" ((uint32_t)value),
		"d" ((uint32_t)(value >> 32)) : "memory");
}
#define TLS_BEFORE_POINTER 1

static inline uint64_t arch_fault_address(void)
{
	uint64_t value;

	__asm__ __volatile__ ("mov %%cr2, %0" : "=r" (value));
	return value;
}

#endif
