// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: test=none
/*
 * myrmmod - remove a kernel module by the system call behind rmmod
 *
 *	# insmod /hello.ko
 *	# /myrmmod.out hello
 *
 * O_NONBLOCK: a module that is in use is refused with EWOULDBLOCK.
 * /myinsmod.sh checks it.
 */

#include <fcntl.h>
#include <lkmc/check.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s NAME\n", argv[0]);
		return 2;
	}
	CHECK(syscall(SYS_delete_module, argv[1], O_NONBLOCK) == 0);
	return 0;
}
