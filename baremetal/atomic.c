// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: cpus=2
/*
 * atomic - two CPUs count in one variable, and in one that is not atomic
 *
 * The first ends at twice the turns. The compiler makes of it ldaxr and stlxr
 * (aarch64), ldrex and strex (arm), lock xadd (x86_64). The second may come out
 * short, when CPU 1 writes between a read and a write of CPU 0:
 *
 *	atomic 200000
 *	plain 136417
 */

#include <assert.h>
#include <lkmc/cpus.h>
#include <stdio.h>

#define TURNS 100000

static unsigned int atomic, ready, done;
static volatile unsigned int plain;

static void count(void)
{
	__atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&ready, __ATOMIC_SEQ_CST) < 2)
		;
	for (int i = 0; i < TURNS; i++) {
		__atomic_add_fetch(&atomic, 1, __ATOMIC_SEQ_CST);
		plain = plain + 1;
	}
	__atomic_add_fetch(&done, 1, __ATOMIC_SEQ_CST);
}

static void other(void)
{
	count();
	for (;;)
		;
}

int main(void)
{
	assert(lkmc_cpu_on(1, other) == 0);
	count();
	while (__atomic_load_n(&done, __ATOMIC_SEQ_CST) < 2)
		;
	printf("atomic %u\nplain %u\n", atomic, plain);
	assert(atomic == 2 * TURNS);
	assert(plain >= 1 && plain <= 2 * TURNS);
	return 0;
}
