// SPDX-License-Identifier: GPL-2.0-or-later
/* A program that comes from a Buildroot package of its own; prints one line. */
#include <stdio.h>

int main(void)
{
	return puts("hello sample_package") == EOF;
}
