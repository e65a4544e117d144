// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * svc - call a handler of ours by an exception, look around there, and return
 *
 * scripts/run ... -- -d in_asm,int shows what the processor does meanwhile.
 *
 *	kind 0x2
 *	...
 *	back
 */

#include <assert.h>
#include <lkmc/exception.h>
#include <stdio.h>

static unsigned int count;

void lkmc_exception(struct lkmc_frame *frame)
{
	const uint32_t instruction = *(const uint32_t *)(frame->pc - 4);

	assert(frame->kind == LKMC_SVC);
	assert((instruction & 0xffffff) == 0x42);
	lkmc_print_frame(frame);
	assert(frame->r[0] == 1234);
	frame->r[0] = 5678;
	count++;
}

int main(void)
{
	register unsigned long r0 __asm__ ("r0") = 1234;

	__asm__ __volatile__ ("svc #0x42" : "+r" (r0) : : "lr", "memory");
	assert(r0 == 5678);
	assert(count == 1);
	puts("back");
	return 0;
}
