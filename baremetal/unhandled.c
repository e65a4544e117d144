// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: exit=101
/*
 * unhandled - an exception that nobody handles: the registers, and status 101
 *
 *	unhandled exception
 *	kind 0x...
 */

int main(void)
{
	__builtin_trap();
}
