// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: test=none
/*
 * uio_read - the userland half of a driver for QEMU's edu device
 *
 *	/uio_read.out [DEVICE [COUNT]]
 *
 * kernel_modules/uio_read.c is the kernel's half and says how the two work
 * together. Lets the device of DEVICE (/dev/uio0) interrupt COUNT (3) times:
 *
 *	interrupt 1 status 0x1
 *	interrupt 2 status 0x2
 *	interrupt 3 status 0x3
 */

#include <fcntl.h>
#include <inttypes.h>
#include <lkmc/check.h>
#include <lkmc/edu.h>
#include <sys/mman.h>
#include <unistd.h>

static volatile uint32_t *registers;

static uint32_t get(unsigned int offset)
{
	return registers[offset / sizeof(*registers)];
}

static void put(unsigned int offset, uint32_t value)
{
	registers[offset / sizeof(*registers)] = value;
}

int main(int argc, char **argv)
{
	const char *device = argc > 1 ? argv[1] : "/dev/uio0";
	uint32_t count = argc > 2 ? strtoul(argv[2], NULL, 0) : 3;
	int32_t enable = 1;
	int fd = open(device, O_RDWR);

	if (fd < 0) {
		perror(device);
		return EXIT_FAILURE;
	}
	registers = mmap(NULL, sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE,
			 MAP_SHARED, fd, 0);
	CHECK(registers != MAP_FAILED);
	CHECK((get(LKMC_EDU_ID) & 0xff) == 0xed);

	for (uint32_t i = 1; i <= count; i++) {
		uint32_t interrupts, status;

		CHECK(write(fd, &enable, sizeof(enable)) == sizeof(enable));
		put(LKMC_EDU_IRQ_RAISE, i);
		CHECK(read(fd, &interrupts, sizeof(interrupts)) ==
		      sizeof(interrupts));
		status = get(LKMC_EDU_IRQ_STATUS);
		put(LKMC_EDU_IRQ_ACK, status);
		printf("interrupt %" PRIu32 " status 0x%" PRIx32 "\n",
		       interrupts, status);
	}
	return EXIT_SUCCESS;
}
