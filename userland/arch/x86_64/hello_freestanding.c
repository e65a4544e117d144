// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: cflags=-ffreestanding -fno-stack-protector -nostdlib -static
/*
 * hello_freestanding - hello in C without a C library
 *
 * What a C library does for main and for write, by hand.
 *
 *	# /hello_freestanding.out
 *	hello
 */

#include <asm/unistd.h>

static long system_call(long number, long a, long b, long c)
{
	long result = number;

	__asm__ __volatile__ ("syscall"
		: "+a" (result)
		: "D" (a), "S" (b), "d" (c)
		: "rcx", "r11", "memory");
	return result;
}

__attribute__((noreturn)) void _start(void)
{
	static const char message[] = "hello\n";
	const long length = sizeof(message) - 1;
	const long written = system_call(__NR_write, 1, (long)message, length);

	for (;;)
		system_call(__NR_exit, written != length, 0, 0);
}
