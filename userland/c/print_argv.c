// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * print_argv - the arguments as they arrived, one per line
 *
 *	# /print_argv.out asdf 'qw er'
 *	asdf
 *	qw er
 */

#include <lkmc/check.h>

int main(int argc, char **argv)
{
	CHECK(argv[argc] == NULL);
	for (int i = 1; i < argc; i++)
		CHECK(puts(argv[i]) >= 0);
	CHECK(fflush(stdout) == 0);
	return 0;
}
