// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: user=no
/*
 * pagemap_dump - every page of a process and where it is in memory
 *
 * From /proc/PID/maps and /proc/PID/pagemap, of this process without a PID.
 * A page frame number (pfn) with three zeroes behind it is the physical
 * address, where pages have 4 KiB:
 *
 *	# /pagemap_dump.out 63
 *	vaddr pfn soft-dirty file/shared swapped present library
 *	400000 1ede 0 1 0 1 /virt_to_phys_test.out
 *	601000 1a61 0 0 0 1 /virt_to_phys_test.out
 *	602000 2208 0 0 0 1 [heap]
 */

#include <inttypes.h>
#include <lkmc/pagemap.h>

static volatile int touched = 1;

struct range {
	uint64_t start;
	uint64_t end;
	char library[4096];
};

/* One line of /proc/PID/maps: 601000-602000 rw-p 00001000 00:02 658  /a.out */
static int read_range(FILE *maps, struct range *range)
{
	char line[4352];
	int name = 0;

	if (!fgets(line, sizeof(line), maps))
		return 0;
	CHECK(sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*s %*s %*s %n",
		     &range->start, &range->end, &name) == 2);
	line[strcspn(line, "\n")] = '\0';
	snprintf(range->library, sizeof(range->library), "%s", line + name);
	return 1;
}

static void print_page(uint64_t vaddr, uint64_t entry, const char *library)
{
	printf("%" PRIx64 " %" PRIx64 " %d %d %d %d %s\n", vaddr,
	       (uint64_t)LKMC_PAGEMAP_PFN(entry),
	       LKMC_PAGEMAP_SOFT_DIRTY(entry), LKMC_PAGEMAP_FILE(entry),
	       LKMC_PAGEMAP_SWAPPED(entry), LKMC_PAGEMAP_PRESENT(entry),
	       library);
}

/* Returns whether the page of ADDRESS was among them, and in memory. */
static int dump(const char *pid, uint64_t address)
{
	const uint64_t page = sysconf(_SC_PAGESIZE);
	const int pagemap = lkmc_pagemap_open(pid);
	struct range range;
	char path[64];
	uint64_t entry;
	FILE *maps;
	int found = 0;

	snprintf(path, sizeof(path), "/proc/%s/maps", pid);
	maps = fopen(path, "r");
	CHECK(maps != NULL);
	puts("vaddr pfn soft-dirty file/shared swapped present library");
	while (read_range(maps, &range)) {
		for (uint64_t at = range.start; at < range.end; at += page) {
			if (!lkmc_pagemap_read(pagemap, at, &entry))
				continue;
			print_page(at, entry, range.library);
			if (address / page == at / page)
				found = LKMC_PAGEMAP_PRESENT(entry) &&
					LKMC_PAGEMAP_PFN(entry) != 0;
		}
	}
	fclose(maps);
	return found;
}

int main(int argc, char **argv)
{
	if (argc > 2) {
		fprintf(stderr, "usage: %s [PID]\n", argv[0]);
		return 2;
	}
	if (argc == 2)
		dump(argv[1], 0);
	else
		CHECK(dump("self", (uintptr_t)&touched));
	return 0;
}
