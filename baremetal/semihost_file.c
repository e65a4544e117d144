// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: arch=aarch64,arm
/*
 * semihost_file - write a file of the host, read it back, and remove it
 *
 *	written and read: hello from the guest
 */

#include <assert.h>
#include <lkmc/semihosting.h>
#include <stdio.h>
#include <string.h>

static const char name[] = "semihost_file.tmp", text[] = "hello from the guest";

static long open(long how)
{
	const long block[] = { (long)name, how, sizeof(name) - 1 };
	const long file = lkmc_semihosting(LKMC_SYS_OPEN, block);

	assert(file > 0);
	return file;
}

int main(void)
{
	char buffer[64] = "";
	long file = open(LKMC_OPEN_WRITE);
	const long write[] = { file, (long)text, sizeof(text) };

	/* Both tell how many bytes are left over. */
	assert(lkmc_semihosting(LKMC_SYS_WRITE, write) == 0);
	assert(lkmc_semihosting(LKMC_SYS_CLOSE, &file) == 0);

	file = open(LKMC_OPEN_READ);
	assert(lkmc_semihosting(LKMC_SYS_FLEN, &file) == sizeof(text));
	const long read[] = { file, (long)buffer, sizeof(buffer) };

	assert(lkmc_semihosting(LKMC_SYS_READ, read) ==
		sizeof(buffer) - sizeof(text));
	assert(lkmc_semihosting(LKMC_SYS_CLOSE, &file) == 0);
	printf("written and read: %s\n", buffer);
	assert(strcmp(buffer, text) == 0);

	const long removed[] = { (long)name, sizeof(name) - 1 };

	assert(lkmc_semihosting(LKMC_SYS_REMOVE, removed) == 0);
	return 0;
}
