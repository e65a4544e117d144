// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rand_check - values that normally differ from boot to boot
 *
 * Run it in two boots and compare: what is equal is deterministic. With
 * norandmaps on the kernel command line, the addresses are.
 *
 *	# /rand_check.out
 *	time = 1735689600
 *	pid = 57
 *	&main = 0x55d5c3ac91a9
 *	&local = 0x7ffc3c0e6a64
 *	malloc = 0x55d5c4d1a2a0
 *	AT_RANDOM = 3ac8d2a0fa8d1b04
 *	getrandom = 8af52c3f1a3c0b53
 */

#include <inttypes.h>
#include <lkmc/check.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

int main(void)
{
	uint64_t kernel, at_exec, local = 0;
	const void *auxv = (const void *)getauxval(AT_RANDOM);
	void *heap = malloc(1);

	/* GRND_INSECURE does not wait for the kernel to gather entropy. */
	CHECK(getrandom(&kernel, sizeof(kernel), GRND_INSECURE) ==
	      sizeof(kernel));
	CHECK(auxv != NULL);
	CHECK(heap != NULL);
	memcpy(&at_exec, auxv, sizeof(at_exec));
	CHECK(kernel != at_exec);

	printf("time = %lld\n", (long long)time(NULL));
	printf("pid = %lld\n", (long long)getpid());
	printf("&main = 0x%" PRIxPTR "\n", (uintptr_t)main);
	printf("&local = 0x%" PRIxPTR "\n", (uintptr_t)&local);
	printf("malloc = 0x%" PRIxPTR "\n", (uintptr_t)heap);
	printf("AT_RANDOM = %016" PRIx64 "\n", at_exec);
	printf("getrandom = %016" PRIx64 "\n", kernel);
	free(heap);
	return 0;
}
