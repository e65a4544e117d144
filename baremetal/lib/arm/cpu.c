// SPDX-License-Identifier: GPL-2.0-or-later
/* What arm has of its own: its exceptions in words, and semihosting. */

#include <lkmc/console.h>
#include <lkmc/exception.h>
#include <lkmc/interrupt.h>
#include <lkmc/semihosting.h>

#define IRQ 6		/* FIQ is the next */

void lkmc_vector(struct lkmc_frame *frame);

void lkmc_vector(struct lkmc_frame *frame)
{
	if (frame->kind == IRQ || frame->kind == IRQ + 1)
		lkmc_gic_dispatch();
	else
		lkmc_exception(frame);
}

void lkmc_print_frame(const struct lkmc_frame *frame)
{
	char name[] = "r00";

	lkmc_put_hex("kind", frame->kind);
	lkmc_put_hex("FSR", frame->fault_status);
	lkmc_put_hex("FAR", frame->fault_address);
	lkmc_put_hex("pc", frame->pc);
	lkmc_put_hex("cpsr", frame->cpsr);
	lkmc_put_hex("sp", frame->sp);
	lkmc_put_hex("lr", frame->lr);
	for (int i = 0; i < 13; i++) {
		name[1] = i < 10 ? '0' + i : '0' + i / 10;
		name[2] = i < 10 ? '\0' : '0' + i % 10;
		lkmc_put_hex(name, frame->r[i]);
	}
}

long lkmc_semihosting(long operation, const void *arguments)
{
	register long r0 __asm__ ("r0") = operation;
	register const void *r1 __asm__ ("r1") = arguments;

	__asm__ __volatile__ ("svc #0x123456"
		: "+r" (r0)
		: "r" (r1)
		: "lr", "memory");
	return r0;
}
