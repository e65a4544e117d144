// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: arch=arm,aarch64 test=none
/*
 * pmccntr - read the cycle counter of an ARM CPU from a program
 *
 * The kernel must have started it and allowed that. kernel_modules/pmccntr.c
 * does; without it the program says so and exits with status 77. Checked by
 * /pmccntr_user.sh.
 *
 *	# insmod /pmccntr.ko user=1
 *	# /pmccntr.out
 *	pmccntr = 83418
 */

#include <inttypes.h>
#include <lkmc/check.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

static uint64_t pmccntr(void)
{
#ifdef __aarch64__
	uint64_t count;

	/* Not before the instructions that come before it are done. */
	__asm__ __volatile__ ("isb; mrs %0, pmccntr_el0"
		: "=r" (count) : : "memory");
#else
	uint32_t count;

	__asm__ __volatile__ ("isb; mrc p15, 0, %0, c9, c13, 0"
		: "=r" (count) : : "memory");
#endif
	return count;
}

static void not_allowed(int signal_number)
{
	static const char message[] =
		"not allowed: insmod /pmccntr.ko user=1 would\n";

	(void)signal_number;
	_exit(write(STDOUT_FILENO, message, sizeof(message) - 1) < 0 ? 1 : 77);
}

int main(void)
{
	cpu_set_t first;
	uint64_t start, end;

	CHECK(signal(SIGILL, not_allowed) != SIG_ERR);
	/* Each CPU counts for itself. */
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	CHECK(sched_setaffinity(0, sizeof(first), &first) == 0);

	start = pmccntr();
	end = pmccntr();
	printf("pmccntr = %" PRIu64 "\n", start);
	CHECK(end != start);
	return 0;
}
