// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: input=ab
/*
 * prompt - read from the serial port, one character at a time, to the b
 *
 *	enter a character
 *	got: a
 *	enter a character
 *	got: b
 */

#include <assert.h>
#include <stdio.h>

int main(void)
{
	int c;

	do {
		puts("enter a character");
		c = getchar();
		assert(c != EOF);
		printf("got: %c\n", c);
	} while (c != 'b');
	return 0;
}
