// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: test=none
/*
 * ioctl - pass numbers and structures to the kernel and get them back changed
 *
 * Checked by /ioctl.sh, which loads kernel_modules/ioctl.c first.
 *
 *	# insmod /ioctl.ko
 *	# /ioctl.out
 *	LKMC_IOCTL_INC: 1 -> 2
 *	LKMC_IOCTL_INC_DEC: 1 1 -> 2 0
 */

#include <fcntl.h>
#include <limits.h>
#include <lkmc/check.h>
#include <lkmc/ioctl.h>
#include <sys/ioctl.h>

static void check_number(int fd)
{
	__s32 number = 1;

	CHECK(ioctl(fd, LKMC_IOCTL_INC, &number) == 0);
	printf("LKMC_IOCTL_INC: 1 -> %d\n", number);
	CHECK(number == 2);

	number = INT_MAX;
	CHECK(ioctl(fd, LKMC_IOCTL_INC, &number) == -1 && errno == ERANGE);
	CHECK(number == INT_MAX);
}

static void check_pair(int fd)
{
	struct lkmc_ioctl_pair pair = { .i = 1, .j = 1 };

	CHECK(ioctl(fd, LKMC_IOCTL_INC_DEC, &pair) == 0);
	printf("LKMC_IOCTL_INC_DEC: 1 1 -> %d %d\n", pair.i, pair.j);
	CHECK(pair.i == 2 && pair.j == 0);

	pair.j = INT_MIN;
	CHECK(ioctl(fd, LKMC_IOCTL_INC_DEC, &pair) == -1 && errno == ERANGE);
	CHECK(pair.i == 2 && pair.j == INT_MIN);
}

int main(void)
{
	const int fd = open("/sys/kernel/debug/lkmc_ioctl", O_RDONLY);

	CHECK(fd >= 0);
	check_number(fd);
	check_pair(fd);
	CHECK(ioctl(fd, LKMC_IOCTL_INC, NULL) == -1 && errno == EFAULT);
	CHECK(ioctl(fd, _IO(LKMC_IOCTL_MAGIC, 99)) == -1 && errno == ENOTTY);
	return 0;
}
