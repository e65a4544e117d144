// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hello - the smallest C program that says something
 *
 *	# /hello.out
 *	hello
 */

#include <lkmc/check.h>

int main(void)
{
	CHECK(puts("hello") >= 0);
	CHECK(fflush(stdout) == 0);
	return 0;
}
