// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: arch=aarch64,arm image=raw needs=dtb
/*
 * dtb - find the device tree that the machine passes, and read in it
 *
 * It does so to what it takes for Linux: an image without an ELF header. The
 * register is x0 (aarch64) or r2 (arm). Of an ELF file it is the begin of the
 * memory, said in no register.
 *
 *	device tree at 0x48000000
 *	compatible linux,dummy-virt
 */

#include <assert.h>
#include <lkmc/machine.h>
#include <stdio.h>
#include <string.h>

#define MAGIC 0xd00dfeed
#define BEGIN_NODE 1
#define END_NODE 2
#define PROPERTY 3
#define END 9

/* Its numbers are big-endian. */
static uint32_t word(const void *at)
{
	const unsigned char *b = at;

	return (uint32_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
}

/* The first property NAME in the tree, or NULL. */
static const char *property(const char *tree, const char *name)
{
	const char *at = tree + word(tree + 8), *const names = tree + word(tree + 12);

	for (;;) {
		const uint32_t token = word(at);

		at += 4;
		if (token == BEGIN_NODE) {
			at += (strlen(at) + 4) & ~3u;
		} else if (token == PROPERTY) {
			if (strcmp(names + word(at + 4), name) == 0)
				return at + 8;
			at += 8 + ((word(at) + 3) & ~3u);
		} else if (token == END) {
			return NULL;
		}
	}
}

int main(void)
{
	const char *const tree = (const char *)lkmc_boot[0];
	const char *compatible;

	printf("device tree at %p\n", (const void *)tree);
	assert(tree && word(tree) == MAGIC);
	compatible = property(tree, "compatible");
	assert(compatible);
	printf("compatible %s\n", compatible);
	assert(strcmp(compatible, "linux,dummy-virt") == 0);
	assert(!property(tree, "no-such-property"));
	return 0;
}
