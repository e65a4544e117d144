// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * toupper - standard input in capital letters, to stand in a pipe
 *
 *	# echo asdf | /toupper.out
 *	ASDF
 */

#include <lkmc/check.h>
#include <ctype.h>

int main(void)
{
	int c;

	while ((c = getchar()) != EOF)
		CHECK(putchar(toupper(c)) != EOF);
	CHECK(!ferror(stdin));
	CHECK(fflush(stdout) == 0);
	return 0;
}
