// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * context_switch - two threads of one CPU, each with a stack of its own
 *
 * lkmc_switch (lib/ARCH/switch.S) keeps the registers that a function may not
 * change on one stack, and takes them from another:
 *
 *	main 0
 *	thread 0
 *	main 1
 *	thread 1
 *	main 2
 *	thread 2
 */

#include <assert.h>
#include <lkmc/context.h>
#include <stdio.h>

static unsigned char stack[16384] __attribute__((aligned(16)));
static void *main_context, *thread_context;
static int turns;

static void thread(void)
{
	for (int i = 0;; i++) {
		printf("thread %d\n", i);
		turns++;
		lkmc_switch(&thread_context, main_context);
	}
}

int main(void)
{
	thread_context = lkmc_context(stack + sizeof(stack), thread);
	for (int i = 0; i < 3; i++) {
		printf("main %d\n", i);
		lkmc_switch(&main_context, thread_context);
		assert(turns == i + 1);
	}
	return 0;
}
