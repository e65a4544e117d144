// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * asm_hello - one instruction of assembly inside of C
 *
 * The compiler chooses the register ("r"), puts the variable there and takes
 * the result back ("+").
 */

#include <inttypes.h>
#include <lkmc/check.h>

int main(void)
{
	uint64_t i = 1;

	__asm__ ("inc %0" : "+r" (i) : : "cc");
	printf("%" PRIu64 "\n", i);
	CHECK(i == 2);
	return 0;
}
