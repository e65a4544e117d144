// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rdtsc - the time stamp counter: the cycles since the computer was switched on
 *
 * In gem5 the number is close to the statistic numCycles of the CPU.
 *
 *	# /rdtsc.out
 *	3828578153
 */

#include <inttypes.h>
#include <lkmc/check.h>

static uint64_t rdtsc(void)
{
	uint32_t low, high;

	/* Not before the instructions that come before it are done. */
	__asm__ __volatile__ ("lfence; rdtsc"
		: "=a" (low), "=d" (high) : : "memory");
	return (uint64_t)high << 32 | low;
}

int main(void)
{
	const uint64_t first = rdtsc();

	printf("%" PRIu64 "\n", first);
	CHECK(rdtsc() > first);
	return 0;
}
