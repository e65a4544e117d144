/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interrupt controller of the machine, and this CPU's timer. */

#ifndef LKMC_INTERRUPT_H
#define LKMC_INTERRUPT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Have interrupt NUMBER delivered to this CPU, as lkmc_interrupt(NUMBER). */
void lkmc_interrupt_on(unsigned int number);
/* This CPU takes interrupts, or keeps them waiting. */
void lkmc_interrupts_unmask(void);
void lkmc_interrupts_mask(void);
/*
 * Sleep until there is one, and take it. Call it while they are masked: one
 * that comes between a look at what it changes and the sleep is not missed.
 */
void lkmc_wait(void);
/* This CPU interrupts itself, or CPU NUMBER, by NUMBER 0 to 15. */
void lkmc_send_interrupt(unsigned int cpu, unsigned int number);

/* lkmc_interrupt(lkmc_timer_irq) in so many microseconds, once. */
void lkmc_timer_start(unsigned long microseconds);
void lkmc_timer_stop(void);
uint64_t lkmc_timer_ticks(void);
uint64_t lkmc_timer_frequency(void);

/* For the vectors: find out which interrupt it is, handle it, say so. */
void lkmc_gic_dispatch(void);
/* 2, or 3: the controller's version. */
int lkmc_gic_version(void);

#ifdef __cplusplus
}
#endif

#endif
