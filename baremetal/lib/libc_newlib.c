// SPDX-License-Identifier: GPL-2.0-or-later
/* The system calls that newlib wants to be there. All files are the console. */

#include <errno.h>
#include <lkmc/console.h>
#include <lkmc/machine.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

int _close(int file);
void _exit(int status);
void _fini(void);
int _fstat(int file, struct stat *st);
int _getpid(void);
int _isatty(int file);
int _kill(int pid, int signal);
off_t _lseek(int file, off_t offset, int whence);
int _read(int file, char *data, int size);
void *_sbrk(ptrdiff_t size);
int _write(int file, const char *data, int size);

int _write(int file, const char *data, int size)
{
	(void)file;
	for (int i = 0; i < size; i++)
		lkmc_putc(data[i]);
	return size;
}

/* What has been typed: waits for the first character only. */
int _read(int file, char *data, int size)
{
	(void)file;
	if (size > 0)
		*data = (char)lkmc_getc();
	return size > 0;
}

void *_sbrk(ptrdiff_t size)
{
	static char *end = lkmc_heap;
	char *const old = end;

	if (size > lkmc_heap_end - end) {
		errno = ENOMEM;
		return (void *)-1;
	}
	end += size;
	return old;
}

void _exit(int status)
{
	lkmc_exit(status);
}

int _fstat(int file, struct stat *st)
{
	(void)file;
	st->st_mode = S_IFCHR;
	return 0;
}

int _isatty(int file)
{
	(void)file;
	return 1;
}

int _close(int file)
{
	(void)file;
	return 0;
}

off_t _lseek(int file, off_t offset, int whence)
{
	(void)file;
	(void)offset;
	(void)whence;
	errno = ESPIPE;
	return -1;
}

int _getpid(void)
{
	return 1;
}

/* abort() sends itself SIGABRT: as a shell says it. */
int _kill(int pid, int signal)
{
	(void)pid;
	lkmc_exit(128 + signal);
}

/* exit() calls it after the destructors; we have no more to undo. */
void _fini(void)
{
}
