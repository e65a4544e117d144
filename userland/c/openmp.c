// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: cflags=-fopenmp ldflags=-Wl,--no-warnings
/*
 * openmp - share the turns of a loop among threads
 *
 * The sum of 0 to 999999, by as many threads as there are CPUs:
 *
 *	# /openmp.out
 *	threads = 2
 *	sum = 499999500000
 */

#include <lkmc/check.h>
#include <omp.h>

int main(void)
{
	const long long n = 1000000;
	long long sum = 0;
	int threads = 0;

	#pragma omp parallel reduction(+:threads)
	threads = 1;

	#pragma omp parallel for reduction(+:sum)
	for (long long i = 0; i < n; i++)
		sum += i;

	printf("threads = %d\nsum = %lld\n", threads, sum);
	CHECK(threads == omp_get_max_threads());
	CHECK(sum == n * (n - 1) / 2);
	return 0;
}
