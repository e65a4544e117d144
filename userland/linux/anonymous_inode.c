// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: test=none
/*
 * anonymous_inode - get file descriptors from a file by ioctl
 *
 * Each descriptor that kernel_modules/anonymous_inode.c gives counts for
 * itself. Checked by /anonymous_inode.sh, which loads the module.
 *
 *	# insmod /anonymous_inode.ko
 *	# /anonymous_inode.out
 *	1
 *	10
 *	100
 *
 * "/anonymous_inode.out hold" keeps one such descriptor, and nothing else of
 * the module, between two reads, until its standard input ends.
 */

#include <fcntl.h>
#include <lkmc/anonymous_inode.h>
#include <lkmc/check.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int get_fd(int from)
{
	const int fd = ioctl(from, LKMC_ANONYMOUS_INODE_GET_FD);

	CHECK(fd >= 0);
	return fd;
}

static void check_line(int fd, const char *want)
{
	char line[32];
	const ssize_t size = read(fd, line, sizeof(line) - 1);

	CHECK(size > 0);
	line[size] = '\0';
	CHECK(strcmp(line, want) == 0);
}

static void hold(int fd)
{
	check_line(fd, "1\n");
	CHECK(puts("1") >= 0 && fflush(stdout) == 0);
	while (getchar() != EOF)
		;
	check_line(fd, "10\n");
	CHECK(puts("10") >= 0);
}

int main(int argc, char **argv)
{
	static const char *const lines[] = {
		"1\n", "10\n", "100\n", "1000\n", "10000\n", "100000\n",
		"1000000\n", "10000000\n", "1\n",
	};
	const int from = open("/sys/kernel/debug/lkmc_anonymous_inode",
			      O_RDONLY);
	char small;
	int first, second;

	CHECK(from >= 0);
	first = get_fd(from);
	if (argc > 1 && strcmp(argv[1], "hold") == 0) {
		CHECK(close(from) == 0);
		hold(first);
		return 0;
	}
	second = get_fd(from);
	CHECK(first != second);
	CHECK(ioctl(from, LKMC_ANONYMOUS_INODE_GET_FD + 1) == -1 &&
	      errno == ENOTTY);
	CHECK(close(from) == 0);

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		check_line(first, lines[i]);
		if (i < 3)
			fputs(lines[i], stdout);
	}
	CHECK(read(second, &small, sizeof(small)) == -1 && errno == EINVAL);
	check_line(second, "1\n");
	return 0;
}
