// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * svc - call a handler of ours by an exception, look around there, and return
 *
 * scripts/run ... -- -d in_asm,int shows what the processor does meanwhile.
 *
 *	ESR 0x56000042
 *	ELR 0x...
 *	...
 *	back
 */

#include <assert.h>
#include <lkmc/exception.h>
#include <stdio.h>

static unsigned int count;

void lkmc_exception(struct lkmc_frame *frame)
{
	assert(frame->kind == LKMC_SYNCHRONOUS);
	assert(LKMC_ESR_CLASS(frame) == LKMC_CLASS_SVC);
	assert((frame->esr & 0xffff) == 0x42);
	lkmc_print_frame(frame);
	assert(frame->x[0] == 1234);
	frame->x[0] = 5678;
	count++;
}

int main(void)
{
	register unsigned long x0 __asm__ ("x0") = 1234;

	__asm__ __volatile__ ("svc #0x42" : "+r" (x0) : : "memory");
	assert(x0 == 5678);
	assert(count == 1);
	puts("back");
	return 0;
}
