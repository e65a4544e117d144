// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * binutils_hack - asm_hello with an instruction of our own, myinc
 *
 * An assembler that nobody has changed does not know myinc, so this program
 * says so and exits with status 77, unless it is built with
 *
 *	make -C userland CPPFLAGS=-DLKMC_MYINC binutils_hack.out
 *
 * where the unchanged one stops:
 *
 *	Error: no such instruction: `myinc %rax'
 */

#include <inttypes.h>
#include <lkmc/check.h>

int main(void)
{
#ifdef LKMC_MYINC
	uint64_t i = 1;

	__asm__ ("myinc %0" : "+r" (i) : : "cc");
	printf("%" PRIu64 "\n", i);
	CHECK(i == 2);
	return 0;
#else
	puts("built without -DLKMC_MYINC, for an assembler without myinc");
	return 77;
#endif
}
