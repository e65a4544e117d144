// SPDX-License-Identifier: GPL-2.0-or-later
/* From the start code to main and to the end, on every machine. */

#include <lkmc/console.h>
#include <lkmc/exception.h>
#include <lkmc/machine.h>
#include <stdlib.h>

typedef void (*constructor)(void);

extern constructor lkmc_init_array[], lkmc_init_array_end[];
extern char lkmc_eh_frame[];

uintptr_t lkmc_boot[2];

/* Of libgcc, where a program has C++ exceptions and finds them in tables. */
__attribute__((weak)) void __register_frame(void *begin);
int main(int argc, char **argv);
void lkmc_main(void);
void lkmc_tls_setup(void);

void lkmc_main(void)
{
	static char name[] = "program";
	static char *argv[] = { name, NULL };

	lkmc_tls_setup();
	if (__register_frame)
		__register_frame(lkmc_eh_frame);
	for (constructor *c = lkmc_init_array; c < lkmc_init_array_end; c++)
		(*c)();
	exit(main(1, argv));
}

void lkmc_puts(const char *text)
{
	for (; *text; text++)
		lkmc_putc(*text);
}

void lkmc_put_hex(const char *name, unsigned long value)
{
	int shift = 8 * sizeof(value) - 4;

	while (shift > 0 && !(value >> shift))
		shift -= 4;
	lkmc_puts(name);
	lkmc_puts(" 0x");
	for (; shift >= 0; shift -= 4)
		lkmc_putc("0123456789abcdef"[value >> shift & 0xf]);
	lkmc_putc('\n');
}

__attribute__((weak)) void lkmc_exception(struct lkmc_frame *frame)
{
	lkmc_puts("unhandled exception\n");
	lkmc_print_frame(frame);
	lkmc_exit(LKMC_DIED);
}

__attribute__((weak)) void lkmc_interrupt(unsigned int number)
{
	lkmc_put_hex("unhandled interrupt", number);
	lkmc_exit(LKMC_DIED);
}

__attribute__((noreturn))
static void failed(const char *file, int line, const char *what)
{
	char digits[12];
	int i = sizeof(digits) - 1;

	digits[i] = '\0';
	do
		digits[--i] = '0' + line % 10;
	while (line /= 10);
	lkmc_puts(file);
	lkmc_puts(":");
	lkmc_puts(digits + i);
	lkmc_puts(": assertion failed: ");
	lkmc_puts(what);
	lkmc_puts("\nlkmc_test_fail\n");
	lkmc_exit(EXIT_FAILURE);
}

/* What assert() of newlib and picolibc calls, and that of glibc's headers. */
__attribute__((noreturn)) void __assert_func(const char *file, int line,
	const char *function, const char *what);
__attribute__((noreturn)) void __assert_fail(const char *what,
	const char *file, unsigned int line, const char *function);

void __assert_func(const char *file, int line, const char *function,
	const char *what)
{
	(void)function;
	failed(file, line, what);
}

void __assert_fail(const char *what, const char *file, unsigned int line,
	const char *function)
{
	(void)function;
	failed(file, line, what);
}
