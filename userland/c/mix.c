// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: cflags=-O2
/*
 * mix - what ordinary programs do most, so many times: calls, records, strings,
 * integer arithmetic, branches; no system calls meanwhile
 *
 *	# /mix.out 1000000
 *	1000000 turns: 2277da82
 *
 * The checksum depends on all of it, and on the number of turns only. To compare
 * computers, compilers and emulators: scripts/bench user-vs-system.
 */

#include <lkmc/check.h>
#include <stdint.h>

struct record {
	struct record *next;
	uint32_t value, weight;
	char name[32];
};

static struct record records[16];

__attribute__((noinline)) static uint32_t hash(const char *text, uint32_t seed)
{
	for (; *text; text++)
		seed = (seed ^ (unsigned char)*text) * 16777619u;
	return seed;
}

__attribute__((noinline)) static void turn(struct record *record, uint32_t i)
{
	struct record *const next = record->next;
	struct record copy = *record;

	copy.name[i % 8] = (char)('a' + i % 26);
	copy.value = hash(copy.name, record->value) + i / 3;
	if (strcmp(copy.name, next->name) < 0)
		copy.weight += copy.value % 7;
	else
		copy.weight ^= next->value >> 3;
	*record = copy;
}

int main(int argc, char **argv)
{
	const unsigned long turns = argc > 1 ? strtoul(argv[1], NULL, 0) : 1000;
	const size_t count = sizeof(records) / sizeof(records[0]);
	uint32_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		records[i].next = &records[(i + 1) % count];
		records[i].value = (uint32_t)i;
		CHECK(snprintf(records[i].name, sizeof(records[i].name),
			       "record number %zu", i) > 0);
	}
	for (unsigned long i = 0; i < turns; i++)
		turn(&records[i % count], (uint32_t)i);
	for (size_t i = 0; i < count; i++)
		sum = sum * 31 + records[i].value + records[i].weight;
	printf("%lu turns: %08x\n", turns, sum);
	CHECK(turns != 1000 || sum == 0xb14be293);
	return 0;
}
