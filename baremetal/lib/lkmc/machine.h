/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What link/MACHINE.ld says of the machine: the value of a symbol is its
 * address, so LKMC_VALUE(lkmc_uart) is where the serial port is.
 */

#ifndef LKMC_MACHINE_H
#define LKMC_MACHINE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

extern char lkmc_ram[], lkmc_uart[], lkmc_uart_irq[], lkmc_timer_irq[];
extern char lkmc_gic[], lkmc_gicd[], lkmc_gicc[], lkmc_gicr[];
extern char lkmc_exit_port[], lkmc_status[], lkmc_ioapic[], lkmc_lapic[];
extern char lkmc_bss[], lkmc_bss_end[], lkmc_stacks[], lkmc_stack_size[];
extern char lkmc_cpus[], lkmc_heap[], lkmc_heap_end[];

#if defined(__x86_64__)
/* Code is compiled for addresses below 2 GiB, which not all of these are. */
#define LKMC_VALUE(symbol) (__extension__({ \
	uintptr_t value_; \
	__asm__ ("movabs $" #symbol ", %0" : "=r" (value_)); \
	value_; \
}))
#else
#define LKMC_VALUE(symbol) ((uintptr_t)(symbol))
#endif
#define LKMC_REG32(base, offset) \
	(*(volatile uint32_t *)(LKMC_VALUE(base) + (offset)))

/* The first words that the machine gave us, before all else changed them. */
extern uintptr_t lkmc_boot[2];

#ifdef __cplusplus
}
#endif

#endif
