// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: test=none
/*
 * poll - sleep until the kernel has something to say
 *
 * Prints each line as it comes, the jiffies once per second, without end or
 * as many lines as the argument says. Checked by /poll.sh, which loads
 * kernel_modules/poll.c first.
 *
 *	# insmod /poll.ko
 *	# /poll.out 2
 *	4294941733
 *	4294941983
 */

#include <fcntl.h>
#include <lkmc/check.h>
#include <lkmc/poll.h>
#include <poll.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const unsigned long limit = argc > 1 ? strtoul(argv[1], NULL, 0) : 0;
	struct pollfd file = {
		.fd = open("/sys/kernel/debug/lkmc_poll",
			   O_RDONLY | O_NONBLOCK),
		.events = POLLIN,
	};
	char line[LKMC_POLL_MAX];
	ssize_t size;

	CHECK(file.fd >= 0);
	for (unsigned long i = 0; argc < 2 || i < limit; i++) {
		CHECK(poll(&file, 1, -1) == 1);
		CHECK(file.revents & POLLIN);
		size = read(file.fd, line, sizeof(line));
		CHECK(size > 1 && line[size - 1] == '\n');
		CHECK(fwrite(line, size, 1, stdout) == 1);
		CHECK(fflush(stdout) == 0);
	}
	return 0;
}
