// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: test=none
/*
 * count - count the seconds
 *
 * From 0 without end, for a debugger to attach to, or N numbers:
 *
 *	# /count.out 3
 *	0
 *	1
 *	2
 */

#include <lkmc/check.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	unsigned long long limit = argc > 1 ? strtoull(argv[1], NULL, 0) : 0;
	unsigned long long i = 0;

	while (argc < 2 || i < limit) {
		printf("%llu\n", i++);
		CHECK(fflush(stdout) == 0);
		sleep(1);
	}
	return 0;
}
