// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hello - the smallest C program that says something, without any system
 *
 *	hello
 */

#include <assert.h>
#include <stdio.h>

int main(void)
{
	assert(puts("hello") >= 0);
	return 0;
}
