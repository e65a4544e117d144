// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: user=no
/*
 * virt_to_phys_user - where in the computer's memory an address of a process is
 *
 *	# /virt_to_phys_user.out 110 0x600800
 *	0x7c7b800
 *
 * Without arguments it tries itself out: one page that is mapped at two
 * virtual addresses must have one physical address, and another page another.
 */

#include <inttypes.h>
#include <lkmc/pagemap.h>
#include <sys/mman.h>

/* Shared memory of two pages, touched so that they exist. */
static char *map_twice(char **again)
{
	const long page = sysconf(_SC_PAGESIZE);
	const int fd = memfd_create("virt_to_phys_user", MFD_CLOEXEC);
	char *once;

	CHECK(fd >= 0);
	CHECK(ftruncate(fd, 2 * page) == 0);
	once = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_POPULATE, fd, 0);
	*again = mmap(NULL, page, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_POPULATE, fd, 0);
	CHECK(once != MAP_FAILED && *again != MAP_FAILED);
	once[0] = 1;
	CHECK((*again)[0] == 1);
	once[page] = 2;
	return once;
}

static void self_test(void)
{
	const long page = sysconf(_SC_PAGESIZE);
	const int fd = lkmc_pagemap_open("self");
	char *again, *once = map_twice(&again);
	const uint64_t phys = lkmc_pagemap_phys(fd, (uintptr_t)once + 0x123);

	CHECK(once != again);
	CHECK(phys != 0 && phys % page == 0x123);
	CHECK(lkmc_pagemap_phys(fd, (uintptr_t)again + 0x123) == phys);
	CHECK(lkmc_pagemap_phys(fd, (uintptr_t)once + page + 0x123) != phys);
	CHECK(lkmc_pagemap_phys(fd, 0) == 0);
	printf("0x%" PRIx64 "\n", phys);
}

int main(int argc, char **argv)
{
	uint64_t phys;

	if (argc == 1) {
		self_test();
		return 0;
	}
	if (argc != 3) {
		fprintf(stderr, "usage: %s [PID ADDRESS]\n", argv[0]);
		return 2;
	}
	phys = lkmc_pagemap_phys(lkmc_pagemap_open(argv[1]),
				 strtoull(argv[2], NULL, 0));
	if (phys == 0) {
		fputs("this page is not in memory\n", stderr);
		return 1;
	}
	printf("0x%" PRIx64 "\n", phys);
	return 0;
}
