// SPDX-License-Identifier: GPL-2.0-or-later
// add - the smallest program that is right or wrong, for a debugger to step in

#include <assert.h>

int main(void)
{
	volatile int one = 1, two = 2;
	const int sum = one + two;

	assert(sum == 3);
	return 0;
}
