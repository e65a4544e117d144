// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: test=none
/*
 * mmap - share memory with the kernel, without copies
 *
 * What the mapping gets, a read of the same file sees, and the other way
 * round. Checked by /mmap.sh, which loads kernel_modules/mmap.c first.
 *
 *	# insmod /mmap.ko
 *	# /mmap.out
 *	mapped: asdf
 *	read after a store: qwer
 *	mapped after a write: zxcv
 *
 * "/mmap.out hold" keeps the page mapped, and no file open, until its standard
 * input ends. Then it prints what the page holds, and stores into it.
 */

#include <fcntl.h>
#include <lkmc/check.h>
#include <lkmc/mmap.h>
#include <sys/mman.h>
#include <unistd.h>

static void check_equal(const char *label, const char *got, const char *want)
{
	printf("%s: %.*s\n", label, LKMC_MMAP_SIZE, got);
	CHECK(memcmp(got, want, LKMC_MMAP_SIZE) == 0);
}

static int hold(char *mapped)
{
	CHECK(fflush(stdout) == 0);
	while (getchar() != EOF)
		;
	printf("still mapped: %.*s\n", LKMC_MMAP_SIZE, mapped);
	memcpy(mapped, "qwer", LKMC_MMAP_SIZE);
	check_equal("after a store", mapped, "qwer");
	return 0;
}

int main(int argc, char **argv)
{
	const long page = sysconf(_SC_PAGESIZE);
	const int fd = open("/proc/lkmc_mmap", O_RDWR);
	char text[LKMC_MMAP_SIZE];
	char *mapped;

	CHECK(fd >= 0);
	CHECK(mmap(NULL, page, PROT_READ, MAP_PRIVATE, fd, 0) == MAP_FAILED &&
	      errno == EINVAL);
	CHECK(mmap(NULL, 2 * page, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED);
	mapped = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	CHECK(mapped != MAP_FAILED);
	CHECK(close(fd) == 0);
	check_equal("mapped", mapped, "asdf");
	if (argc > 1 && strcmp(argv[1], "hold") == 0)
		return hold(mapped);

	const int other = open("/proc/lkmc_mmap", O_RDWR);

	CHECK(other >= 0);
	memcpy(mapped, "qwer", LKMC_MMAP_SIZE);
	CHECK(pread(other, text, sizeof(text), 0) == sizeof(text));
	check_equal("read after a store", text, "qwer");
	CHECK(pwrite(other, "zxcv", LKMC_MMAP_SIZE, 0) == LKMC_MMAP_SIZE);
	check_equal("mapped after a write", mapped, "zxcv");

	memcpy(mapped, "asdf", LKMC_MMAP_SIZE);
	CHECK(munmap(mapped, page) == 0);
	CHECK(close(other) == 0);
	return 0;
}
