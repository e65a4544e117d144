// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: exit=1
/*
 * assert_fail - an assertion that does not hold ends the program with status 1
 *
 *	interactive/assert_fail.c:15: assertion failed: one == 2
 *	lkmc_test_fail
 */

#include <assert.h>

int main(void)
{
	const int one = 1;

	assert(one == 2);
	return 0;
}
