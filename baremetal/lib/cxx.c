// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the runtime of C++ asks for: a thread's own variables (of CPU 0, which
 * is all that has any), locks where there is nobody to lock out, an end.
 */

#include <arch.h>
#include <lkmc/console.h>
#include <lkmc/machine.h>
#include <stddef.h>
#include <stdlib.h>

#define TLS_MAX 1024
#define TLS_ALIGN 16

extern char lkmc_tdata[], lkmc_tdata_end[], lkmc_tls_end[];

void *__dso_handle;

int dl_iterate_phdr(int (*callback)(void *, size_t, void *), void *data);
void lkmc_terminate(void) __asm__ ("_ZN9__gnu_cxx27__verbose_terminate_handlerEv");
void lkmc_tls_setup(void);
int _dl_find_object(void *address, void *result);
int pthread_mutex_lock(void *mutex);
int pthread_mutex_unlock(void *mutex);

void lkmc_tls_setup(void)
{
	static char block[TLS_MAX] __attribute__((aligned(TLS_ALIGN)));
	const size_t size = lkmc_tls_end - lkmc_tdata;
	const size_t whole = (size + TLS_ALIGN - 1) & ~(size_t)(TLS_ALIGN - 1);
	char *const pointer = block + (TLS_BEFORE_POINTER ? whole : 0);
	char *const data = TLS_BEFORE_POINTER ? block : block + TLS_ALIGN;

	if (whole + 2 * TLS_ALIGN > TLS_MAX) {
		lkmc_puts("TLS_MAX is too small\n");
		lkmc_exit(LKMC_DIED);
	}
	for (char *from = lkmc_tdata; from < lkmc_tdata_end; from++)
		data[from - lkmc_tdata] = *from;
	arch_set_thread_pointer((uintptr_t)pointer);
}

/* An exception that nobody catches; the library's own can also spell names. */
void lkmc_terminate(void)
{
	lkmc_puts("terminate called: an exception that nobody catches\n");
	abort();
}

int pthread_mutex_lock(void *mutex)
{
	(void)mutex;
	return 0;
}

int pthread_mutex_unlock(void *mutex)
{
	(void)mutex;
	return 0;
}

/* Compilers for Linux look here for tables, after those of __register_frame. */
int _dl_find_object(void *address, void *result)
{
	(void)address;
	(void)result;
	return -1;
}

int dl_iterate_phdr(int (*callback)(void *, size_t, void *), void *data)
{
	(void)callback;
	(void)data;
	return 0;
}
