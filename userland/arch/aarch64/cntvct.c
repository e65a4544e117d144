// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: needs=timer
/*
 * cntvct - the generic timer's counter, the ARM equivalent of rdtsc
 *
 * It counts at a fixed frequency, whatever the processor's, and Linux lets
 * programs read it, as clock_gettime does.
 *
 *	# /cntvct.out
 *	cntvct_el0 = 137265210
 *	cntfrq_el0 = 62500000
 */

#include <inttypes.h>
#include <lkmc/check.h>
#include <time.h>

static uint64_t cntvct(void)
{
	uint64_t count;

	/* Not before the instructions that come before it are done. */
	__asm__ __volatile__ ("isb; mrs %0, cntvct_el0"
		: "=r" (count) : : "memory");
	return count;
}

static uint64_t cntfrq(void)
{
	uint64_t hertz;

	__asm__ ("mrs %0, cntfrq_el0" : "=r" (hertz));
	return hertz;
}

int main(void)
{
	const struct timespec nap = { .tv_nsec = 10000000 };
	const uint64_t start = cntvct(), hertz = cntfrq();

	printf("cntvct_el0 = %" PRIu64 "\n", start);
	printf("cntfrq_el0 = %" PRIu64 "\n", hertz);
	CHECK(hertz > 0);

	/* A nap of 10 ms takes at least as long, also by this clock. */
	CHECK(nanosleep(&nap, NULL) == 0);
	CHECK(cntvct() - start >= hertz / 100);
	return 0;
}
