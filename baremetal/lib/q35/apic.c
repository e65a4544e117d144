// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interrupts of a PC: the I/O APIC takes those of the machine to a CPU, each
 * CPU's local APIC has a timer and carries messages among CPUs (Intel's
 * manual, volume 3, chapter 11).
 */

#include <arch.h>
#include <lkmc/cpus.h>
#include <lkmc/exception.h>
#include <lkmc/interrupt.h>
#include <lkmc/machine.h>

#define LAPIC(offset)	LKMC_REG32(lkmc_lapic, offset)
#define ID		0x020
#define END		0x0b0
#define SPURIOUS	0x0f0
#define COMMAND		0x300
#define COMMAND_TO	0x310
#define TIMER		0x320
#define TIMER_INITIAL	0x380
#define TIMER_CURRENT	0x390
#define TIMER_DIVIDE	0x3e0

#define APIC_ON		0x1ff		/* and vector 255 when there is none */
#define DIVIDE_BY_16	3
#define INIT		0x4500
#define STARTUP		0x4600
#define FIRST_VECTOR	32

#define PIT_HZ		1193182
#define PIT_MS		10		/* how long we measure */

extern char lkmc_pic_mask[], lkmc_pic_mask2[];
extern char lkmc_pit[], lkmc_pit_gate[], lkmc_trampoline[];
extern char lkmc_real_mode[], lkmc_real_mode_end[];

static void (*volatile functions[16])(void);
static uint32_t timer_hz, tick_khz;

void lkmc_apic_end(void);
void lkmc_pic_off(void);
void lkmc_idt_load(void);
void lkmc_secondary_main(unsigned int number);

/* The controller that PCs had before: its vectors are those of exceptions. */
void lkmc_pic_off(void)
{
	arch_out(LKMC_VALUE(lkmc_pic_mask), 0xff);
	arch_out(LKMC_VALUE(lkmc_pic_mask2), 0xff);
}

void lkmc_apic_end(void)
{
	LAPIC(END) = 0;
}

void lkmc_interrupt_on(unsigned int number)
{
	volatile uint32_t *const io = (volatile uint32_t *)LKMC_VALUE(lkmc_ioapic);

	LAPIC(SPURIOUS) = APIC_ON;
	if (number >= LKMC_VALUE(lkmc_timer_irq))
		return;
	io[0] = 0x11 + 2 * number;	/* to this CPU, by this vector */
	io[4] = lkmc_cpu() << 24;
	io[0] = 0x10 + 2 * number;
	io[4] = FIRST_VECTOR + number;
}

void lkmc_interrupts_unmask(void)
{
	__asm__ __volatile__ ("sti" : : : "memory");
}

void lkmc_interrupts_mask(void)
{
	__asm__ __volatile__ ("cli" : : : "memory");
}

void lkmc_wait(void)
{
	__asm__ __volatile__ ("sti\n\thlt\n\tcli" : : : "memory");
}

/* Count the local timer and the processor's ticks while the old timer runs. */
static void measure(void)
{
	const unsigned int count = PIT_HZ / 1000 * PIT_MS;
	const uint16_t gate = LKMC_VALUE(lkmc_pit_gate), pit = LKMC_VALUE(lkmc_pit);
	uint64_t ticks;

	LAPIC(SPURIOUS) = APIC_ON;
	LAPIC(TIMER_DIVIDE) = DIVIDE_BY_16;
	arch_out(gate, (arch_in(gate) & ~2) | 1);
	arch_out(pit + 3, 0xb0);	/* channel 2, once */
	arch_out(pit + 2, count & 0xff);
	arch_out(pit + 2, count >> 8);
	LAPIC(TIMER_INITIAL) = UINT32_MAX;
	ticks = arch_ticks();
	while (!(arch_in(gate) & 0x20))
		;
	tick_khz = (arch_ticks() - ticks) / PIT_MS;
	timer_hz = (UINT32_MAX - LAPIC(TIMER_CURRENT)) * (1000 / PIT_MS);
	LAPIC(TIMER_INITIAL) = 0;
}

uint64_t lkmc_timer_ticks(void)
{
	return arch_ticks();
}

uint64_t lkmc_timer_frequency(void)
{
	if (!tick_khz)
		measure();
	return tick_khz * UINT64_C(1000);
}

void lkmc_timer_start(unsigned long microseconds)
{
	if (!timer_hz)
		measure();
	LAPIC(SPURIOUS) = APIC_ON;
	LAPIC(TIMER_DIVIDE) = DIVIDE_BY_16;
	LAPIC(TIMER) = FIRST_VECTOR + LKMC_VALUE(lkmc_timer_irq);
	LAPIC(TIMER_INITIAL) = (uint64_t)timer_hz * microseconds / 1000000;
}

void lkmc_timer_stop(void)
{
	LAPIC(TIMER_INITIAL) = 0;
}

unsigned int lkmc_cpu(void)
{
	return LAPIC(ID) >> 24;
}

void lkmc_send_interrupt(unsigned int cpu, unsigned int number)
{
	LAPIC(SPURIOUS) = APIC_ON;
	LAPIC(COMMAND_TO) = cpu << 24;
	LAPIC(COMMAND) = 0x4000 | (FIRST_VECTOR + number);
}

long lkmc_cpu_on(unsigned int number, void (*function)(void))
{
	volatile char *to = (volatile char *)LKMC_VALUE(lkmc_trampoline);

	for (const char *from = lkmc_real_mode; from < lkmc_real_mode_end;)
		*to++ = *from++;
	functions[number] = function;
	LAPIC(COMMAND_TO) = number << 24;
	LAPIC(COMMAND) = INIT;
	LAPIC(COMMAND_TO) = number << 24;
	LAPIC(COMMAND) = STARTUP | LKMC_VALUE(lkmc_trampoline) >> 12;
	return 0;
}

void lkmc_secondary_main(unsigned int number)
{
	lkmc_idt_load();
	functions[number]();
}
