// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: needs=timer
/*
 * cntvct - the generic timer's counter, the ARM equivalent of rdtsc
 *
 * It counts at a fixed frequency, whatever the processor's, and Linux lets
 * programs read it, as clock_gettime does.
 *
 *	# /cntvct.out
 *	cntvct = 137265210
 *	cntfrq = 62500000
 *
 * QEMU's user mode does not have it, and the program exits with status 77.
 */

#include <inttypes.h>
#include <lkmc/check.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

static uint64_t cntvct(void)
{
	uint32_t low, high;

	/* Not before the instructions that come before it are done. */
	__asm__ __volatile__ ("isb; mrrc p15, 1, %0, %1, c14"
		: "=r" (low), "=r" (high) : : "memory");
	return (uint64_t)high << 32 | low;
}

static uint64_t cntfrq(void)
{
	uint32_t hertz;

	__asm__ ("mrc p15, 0, %0, c14, c0, 0" : "=r" (hertz));
	return hertz;
}

static void no_counter(int signal_number)
{
	static const char message[] = "there is no counter for programs\n";

	(void)signal_number;
	_exit(write(STDOUT_FILENO, message, sizeof(message) - 1) < 0 ? 1 : 77);
}

int main(void)
{
	CHECK(signal(SIGILL, no_counter) != SIG_ERR);

	const struct timespec nap = { .tv_nsec = 10000000 };
	const uint64_t start = cntvct(), hertz = cntfrq();

	printf("cntvct = %" PRIu64 "\n", start);
	printf("cntfrq = %" PRIu64 "\n", hertz);
	CHECK(hertz > 0);

	/* A nap of 10 ms takes at least as long, also by this clock. */
	CHECK(nanosleep(&nap, NULL) == 0);
	CHECK(cntvct() - start >= hertz / 100);
	return 0;
}
