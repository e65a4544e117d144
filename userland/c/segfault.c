// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: exit=139 needs=signals
/*
 * segfault - read where nothing is: the kernel ends the program by SIGSEGV
 *
 * For the shell that is status 128 + 11.
 */

int main(void)
{
	const volatile int *const nothing = (const volatile int *)0;

	return *nothing;
}
