/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /proc/PID/pagemap: 64 bits for each page of a process's address space, as
 * Documentation/admin-guide/mm/pagemap.rst of the kernel tells.
 */

#ifndef LKMC_PAGEMAP_H
#define LKMC_PAGEMAP_H

#include <fcntl.h>
#include <lkmc/check.h>
#include <stdint.h>
#include <unistd.h>

/* The page frame number; 0 for a reader without CAP_SYS_ADMIN. */
#define LKMC_PAGEMAP_PFN(entry) ((entry) & ((UINT64_C(1) << 55) - 1))
/* Written to since /proc/PID/clear_refs got a 4. */
#define LKMC_PAGEMAP_SOFT_DIRTY(entry) ((int)((entry) >> 55 & 1))
/* A page of a file, or of anonymous memory that is shared. */
#define LKMC_PAGEMAP_FILE(entry) ((int)((entry) >> 61 & 1))
/* Its contents are in swap space, and the frame number says where. */
#define LKMC_PAGEMAP_SWAPPED(entry) ((int)((entry) >> 62 & 1))
/* In memory. Neither swapped nor present: never touched. */
#define LKMC_PAGEMAP_PRESENT(entry) ((int)((entry) >> 63 & 1))

/* PID is "self" or a number. */
static inline int lkmc_pagemap_open(const char *pid)
{
	char path[64];
	int fd;

	CHECK(snprintf(path, sizeof(path), "/proc/%s/pagemap", pid) <
	      (int)sizeof(path));
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0);
	return fd;
}

/* 1 and the entry, or 0 for an address beyond what a process can have. */
static inline int lkmc_pagemap_read(int fd, uint64_t vaddr, uint64_t *entry)
{
	const uint64_t offset = vaddr / sysconf(_SC_PAGESIZE) * sizeof(*entry);

	return pread64(fd, entry, sizeof(*entry), offset) == sizeof(*entry);
}

/* The physical address, or 0 if the page is not in memory. */
static inline uint64_t lkmc_pagemap_phys(int fd, uint64_t vaddr)
{
	const uint64_t page = sysconf(_SC_PAGESIZE);
	uint64_t entry;

	if (!lkmc_pagemap_read(fd, vaddr, &entry) ||
	    !LKMC_PAGEMAP_PRESENT(entry) || LKMC_PAGEMAP_PFN(entry) == 0)
		return 0;
	return LKMC_PAGEMAP_PFN(entry) * page + vaddr % page;
}

#endif
