// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of exceptions, and what they are in words. */

#include <arch.h>
#include <lkmc/console.h>
#include <lkmc/exception.h>

#define FIRST_INTERRUPT 32	/* vectors below are the processor's own */
#define LAST_INTERRUPT 63
#define CODE 8
#define INTERRUPT_GATE 0x8e

struct gate {
	uint16_t low, segment;
	uint8_t stack, type;
	uint16_t middle;
	uint32_t high, zero;
};

static struct gate table[256] __attribute__((aligned(16)));

extern char lkmc_vectors[];

void lkmc_apic_end(void);
void lkmc_idt_setup(void);
void lkmc_idt_load(void);
void lkmc_pic_off(void);
void lkmc_vector(struct lkmc_frame *frame);

void lkmc_idt_load(void)
{
	const struct {
		uint16_t limit;
		struct gate *base;
	} __attribute__((packed)) pointer = { sizeof(table) - 1, table };

	__asm__ __volatile__ ("lidt %0" : : "m" (pointer));
}

void lkmc_idt_setup(void)
{
	for (int i = 0; i < 256; i++) {
		const uint64_t entry = (uintptr_t)lkmc_vectors + 16 * i;

		table[i] = (struct gate){ entry, CODE, 0, INTERRUPT_GATE,
			entry >> 16, entry >> 32, 0 };
	}
	lkmc_idt_load();
	lkmc_pic_off();
}

void lkmc_vector(struct lkmc_frame *frame)
{
	if (frame->kind < FIRST_INTERRUPT || frame->kind > LAST_INTERRUPT) {
		lkmc_exception(frame);
		return;
	}
	lkmc_interrupt(frame->kind - FIRST_INTERRUPT);
	lkmc_apic_end();
}

void lkmc_print_frame(const struct lkmc_frame *frame)
{
	lkmc_put_hex("kind", frame->kind);
	lkmc_put_hex("error", frame->error);
	lkmc_put_hex("cr2", arch_fault_address());
	lkmc_put_hex("rip", frame->pc);
	lkmc_put_hex("rflags", frame->flags);
	lkmc_put_hex("rsp", frame->sp);
	lkmc_put_hex("rax", frame->rax);
	lkmc_put_hex("rbx", frame->rbx);
	lkmc_put_hex("rcx", frame->rcx);
	lkmc_put_hex("rdx", frame->rdx);
	lkmc_put_hex("rsi", frame->rsi);
	lkmc_put_hex("rdi", frame->rdi);
	lkmc_put_hex("rbp", frame->rbp);
	lkmc_put_hex("r8", frame->r8);
	lkmc_put_hex("r9", frame->r9);
	lkmc_put_hex("r10", frame->r10);
	lkmc_put_hex("r11", frame->r11);
	lkmc_put_hex("r12", frame->r12);
	lkmc_put_hex("r13", frame->r13);
	lkmc_put_hex("r14", frame->r14);
	lkmc_put_hex("r15", frame->r15);
}
