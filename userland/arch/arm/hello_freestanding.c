// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: cflags=-ffreestanding -fno-stack-protector -nostdlib -static -marm
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
	register long r7 __asm__ ("r7") = number;
	register long r0 __asm__ ("r0") = a;
	register long r1 __asm__ ("r1") = b;
	register long r2 __asm__ ("r2") = c;

	__asm__ __volatile__ ("svc #0"
		: "+r" (r0)
		: "r" (r7), "r" (r1), "r" (r2)
		: "memory");
	return r0;
}

__attribute__((noreturn)) void _start(void)
{
	static const char message[] = "hello\n";
	const long length = sizeof(message) - 1;
	const long written = system_call(__NR_write, 1, (long)message, length);

	for (;;)
		system_call(__NR_exit, written != length, 0, 0);
}
