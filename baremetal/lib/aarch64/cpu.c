// SPDX-License-Identifier: GPL-2.0-or-later
/* What aarch64 has of its own: its exceptions in words, and semihosting. */

#include <lkmc/console.h>
#include <lkmc/exception.h>
#include <lkmc/interrupt.h>
#include <lkmc/semihosting.h>

#define IRQ 5		/* on our own stack; FIQ is the next */

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
	char name[] = "x00";

	lkmc_put_hex("kind", frame->kind);
	lkmc_put_hex("ESR", frame->esr);
	lkmc_put_hex("FAR", frame->far);
	lkmc_put_hex("ELR", frame->pc);
	lkmc_put_hex("SPSR", frame->pstate);
	lkmc_put_hex("SP", frame->sp);
	for (int i = 0; i < 31; i++) {
		name[1] = i < 10 ? '0' + i : '0' + i / 10;
		name[2] = i < 10 ? '\0' : '0' + i % 10;
		lkmc_put_hex(name, frame->x[i]);
	}
}

long lkmc_semihosting(long operation, const void *arguments)
{
	register long x0 __asm__ ("x0") = operation;
	register const void *x1 __asm__ ("x1") = arguments;

	__asm__ __volatile__ ("hlt #0xf000"
		: "+r" (x0)
		: "r" (x1)
		: "memory");
	return x0;
}
