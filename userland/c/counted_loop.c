// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: needs=timer
/*
 * counted_loop - what the counter that programs can read says of a loop
 *
 * That is x86's time stamp counter (rdtsc), and Arm's virtual counter (cntvct),
 * which counts at a rate of its own. hertz is that rate, or 0 where it is the
 * processor's.
 *
 *	# /counted_loop.out 1000
 *	count = 83
 *	hertz = 62500000
 *
 * With m5 after it, in gem5 alone, the statistics of the loop are dumped:
 * scripts/gem5-bench-rdtsc compares both. Without such a counter the program
 * says so and exits with status 77.
 */

#include <inttypes.h>
#include <lkmc/check.h>
#include <lkmc/m5ops.h>
#include <signal.h>
#include <unistd.h>

/* Not before the instructions that come before it are done. */
static uint64_t counter(void)
{
#if defined(__aarch64__)
	uint64_t count;

	__asm__ __volatile__ ("isb; mrs %0, cntvct_el0"
		: "=r" (count) : : "memory");
	return count;
#elif defined(__arm__)
	uint32_t low, high;

	__asm__ __volatile__ ("isb; mrrc p15, 1, %0, %1, c14"
		: "=r" (low), "=r" (high) : : "memory");
	return (uint64_t)high << 32 | low;
#else
	uint32_t low, high;

	__asm__ __volatile__ ("lfence; rdtsc"
		: "=a" (low), "=d" (high) : : "memory");
	return (uint64_t)high << 32 | low;
#endif
}

static uint64_t rate(void)
{
	uint64_t hertz = 0;

#if defined(__aarch64__)
	__asm__ ("mrs %0, cntfrq_el0" : "=r" (hertz));
#elif defined(__arm__)
	uint32_t low;

	__asm__ ("mrc p15, 0, %0, c14, c0, 0" : "=r" (low));
	hertz = low;
#endif
	return hertz;
}

static void not_here(int signal_number)
{
	static const char message[] =
		"no counter for programs here; or m5, and this is not gem5\n";

	(void)signal_number;
	_exit(write(STDOUT_FILENO, message, sizeof(message) - 1) < 0 ? 1 : 77);
}

int main(int argc, char **argv)
{
	const uint64_t loops = argc > 1 ? strtoull(argv[1], NULL, 0) : 1000000;
	const int m5 = argc > 2 && strcmp(argv[2], "m5") == 0;
	uint64_t start, end;

	CHECK(signal(SIGILL, not_here) != SIG_ERR);
	if (m5)
		lkmc_m5_reset_stats(0, 0);
	start = counter();
	for (uint64_t i = 0; i < loops; i++)
		__asm__ __volatile__ ("" : : : "memory");
	end = counter();
	if (m5)
		lkmc_m5_dump_stats(0, 0);

	printf("count = %" PRIu64 "\n", end - start);
	printf("hertz = %" PRIu64 "\n", rate());
	CHECK(end > start);
	return 0;
}
