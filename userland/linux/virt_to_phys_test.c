// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: test=none
/*
 * virt_to_phys_test - wait for somebody to change a variable behind our back
 *
 * /virt_to_phys_user.out translates the address, and devmem on a kernel
 * without CONFIG_STRICT_DEVMEM, or the emulator's monitor, gets at the memory:
 *
 *	# /virt_to_phys_test.out &
 *	vaddr 0x600800
 *	pid 110
 *	# /virt_to_phys_user.out 110 0x600800
 *	0x7c7b800
 *	# devmem 0x7c7b800 w 0x9abcdef0
 *	i 9abcdef0
 */

#include <inttypes.h>
#include <lkmc/check.h>
#include <unistd.h>

static volatile uint32_t i = 0x12345678;

int main(void)
{
	printf("vaddr 0x%" PRIxPTR "\n", (uintptr_t)&i);
	printf("pid %lld\n", (long long)getpid());
	CHECK(fflush(stdout) == 0);
	while (i == 0x12345678)
		usleep(100000);
	printf("i %" PRIx32 "\n", i);
	return 0;
}
