// SPDX-License-Identifier: GPL-2.0-or-later
/* As much of a C library as our programs use, where the compiler has none. */

#include <lkmc/console.h>
#include <lkmc/machine.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int putchar(int c)
{
	lkmc_putc(c);
	return (unsigned char)c;
}

int puts(const char *text)
{
	lkmc_puts(text);
	return putchar('\n');
}

int getchar(void)
{
	return lkmc_getc();
}

static int put_number(unsigned long value, unsigned int base, int width, char pad)
{
	char digits[24];
	int length = 0;

	do
		digits[length++] = "0123456789abcdef"[value % base];
	while (value /= base);
	for (; width > length; width--)
		putchar(pad);
	for (int i = length; i > 0; i--)
		putchar(digits[i - 1]);
	return length;
}

/* %c %s %d %u %x %p with l, ll, z, and a width that may begin with 0. */
int vprintf(const char *format, va_list list)
{
	for (; *format; format++) {
		int width = 0, longs = 0;
		char pad = ' ';
		unsigned long value;

		if (*format != '%') {
			putchar(*format);
			continue;
		}
		if (*++format == '0')
			pad = '0';
		for (; *format >= '0' && *format <= '9'; format++)
			width = width * 10 + *format - '0';
		for (; *format == 'l' || *format == 'z'; format++)
			longs++;
		switch (*format) {
		case 'c':
			putchar(va_arg(list, int));
			break;
		case 's':
			lkmc_puts(va_arg(list, const char *));
			break;
		case 'd':
			value = longs ? va_arg(list, long) : va_arg(list, int);
			if ((long)value < 0) {
				putchar('-');
				value = -value;
			}
			put_number(value, 10, width, pad);
			break;
		case 'p':
			lkmc_puts("0x");
			longs = 1;
			/* fall through */
		case 'x':
		case 'u':
			value = longs ? va_arg(list, unsigned long) :
				va_arg(list, unsigned int);
			put_number(value, *format == 'u' ? 10 : 16, width, pad);
			break;
		default:
			putchar(*format);
		}
	}
	return 0;
}

int printf(const char *format, ...)
{
	va_list list;
	int result;

	va_start(list, format);
	result = vprintf(format, list);
	va_end(list);
	return result;
}

void *memcpy(void *to, const void *from, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((char *)to)[i] = ((const char *)from)[i];
	return to;
}

void *memset(void *to, int value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((char *)to)[i] = value;
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const unsigned char *x = a, *y = b;

	for (; size; size--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

size_t strlen(const char *text)
{
	size_t length = 0;

	while (text[length])
		length++;
	return length;
}

int strcmp(const char *a, const char *b)
{
	for (; *a && *a == *b; a++)
		b++;
	return (unsigned char)*a - (unsigned char)*b;
}

/* Memory is handed out and never taken back. */
void *malloc(size_t size)
{
	static char *end = lkmc_heap;
	char *const block = end;

	if (size > (size_t)(lkmc_heap_end - end))
		return NULL;
	end += (size + 15) & ~(size_t)15;
	return block;
}

void free(void *block)
{
	(void)block;
}

static void (*at_exit[32])(void *);
static void *at_exit_argument[32];
static int at_exit_count;

/* What the constructors of C++ register, and what exit undoes in reverse. */
int __cxa_atexit(void (*function)(void *), void *argument, void *object);
int __cxa_atexit(void (*function)(void *), void *argument, void *object)
{
	(void)object;
	if (at_exit_count == 32)
		return -1;
	at_exit[at_exit_count] = function;
	at_exit_argument[at_exit_count++] = argument;
	return 0;
}

void exit(int status)
{
	while (at_exit_count--)
		at_exit[at_exit_count](at_exit_argument[at_exit_count]);
	_exit(status);
}

void _exit(int status)
{
	lkmc_exit(status);
}

void abort(void)
{
	lkmc_exit(128 + 6);
}
