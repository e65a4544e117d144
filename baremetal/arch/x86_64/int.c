// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * int - call a handler of ours by an exception, look around there, and return
 *
 * scripts/run ... -- -d in_asm,int shows what the processor does meanwhile.
 *
 *	kind 0x80
 *	...
 *	back
 */

#include <assert.h>
#include <lkmc/exception.h>
#include <stdio.h>

static unsigned int count;

void lkmc_exception(struct lkmc_frame *frame)
{
	assert(frame->kind == LKMC_SYSTEM_CALL);
	lkmc_print_frame(frame);
	assert(frame->rax == 1234);
	frame->rax = 5678;
	count++;
}

int main(void)
{
	unsigned long rax = 1234;

	__asm__ __volatile__ ("int $0x80" : "+a" (rax) : : "memory");
	assert(rax == 5678);
	assert(count == 1);
	puts("back");
	return 0;
}
