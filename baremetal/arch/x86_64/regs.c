// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * regs - what the processor's control registers hold, and its name
 *
 *	cr0 0x80010033
 *	cr3 0x...
 *	cr4 0x620
 *	vendor AuthenticAMD
 */

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define SHOW(name) show(#name, ({ \
	uint64_t value_; \
	__asm__ ("mov %%" #name ", %0" : "=r" (value_)); \
	value_; \
}))

static uint64_t show(const char *name, uint64_t value)
{
	printf("%s 0x%lx\n", name, value);
	return value;
}

int main(void)
{
	uint32_t vendor[4] = { 0 }, largest;

	assert((SHOW(cr0) & 0x80000001) == 0x80000001);
	assert(SHOW(cr3) != 0);
	assert(SHOW(cr4) & 0x20);
	__asm__ ("cpuid"
		: "=a" (largest), "=b" (vendor[0]), "=d" (vendor[1]),
		  "=c" (vendor[2])
		: "a" (0));
	printf("vendor %s\n", (const char *)vendor);
	assert(largest >= 1 && strlen((const char *)vendor) == 12);
	return 0;
}
