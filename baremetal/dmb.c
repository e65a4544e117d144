// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: arch=aarch64,arm cpus=2
/*
 * dmb - hand over data in order: what is before the barrier is seen before
 * what is behind it
 *
 * Without the two barriers the reader may see the new number and the old data,
 * on processors that reorder; QEMU's one does when the host's does.
 */

#include <assert.h>
#include <lkmc/cpus.h>

#define TURNS 20000

static volatile unsigned int data, number, taken;

static inline void dmb(void)
{
	__asm__ __volatile__ ("dmb ish" : : : "memory");
}

static void writer(void)
{
	for (unsigned int i = 1; i <= TURNS; i++) {
		data = i * 3;
		dmb();
		number = i;
		while (taken != i)
			;
	}
	for (;;)
		;
}

int main(void)
{
	assert(lkmc_cpu_on(1, writer) == 0);
	for (unsigned int i = 1; i <= TURNS; i++) {
		while (number != i)
			;
		dmb();
		assert(data == i * 3);
		dmb();
		taken = i;
	}
	return 0;
}
