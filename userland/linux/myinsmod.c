// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: test=none
/*
 * myinsmod - load a kernel module by the system calls behind insmod
 *
 * init_module takes the module's bytes, finit_module a file descriptor, so
 * that the kernel can know where the module came from:
 *
 *	# /myinsmod.out /hello.ko              init_module
 *	# /myinsmod.out /params.ko 'i=3 j=4'   with parameters
 *	# /myinsmod.out /hello.ko '' 1         finit_module
 *
 * /myinsmod.sh checks it.
 */

#include <fcntl.h>
#include <lkmc/check.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void init_module(int fd, const char *params)
{
	struct stat file;
	void *image;

	CHECK(fstat(fd, &file) == 0);
	CHECK(file.st_size > 0);
	image = mmap(NULL, file.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	CHECK(image != MAP_FAILED);
	/* Of the width that the kernel takes: a 64-bit off_t fills two registers. */
	CHECK(syscall(SYS_init_module, image, (unsigned long)file.st_size,
		      params) == 0);
}

static void finit_module(int fd, const char *params)
{
	CHECK(syscall(SYS_finit_module, fd, params, 0) == 0);
}

int main(int argc, char **argv)
{
	const char *params = argc > 2 ? argv[2] : "";
	int fd;

	if (argc < 2 || argc > 4) {
		fprintf(stderr, "usage: %s FILE.ko [PARAMS [USE_FINIT]]\n",
			argv[0]);
		return 2;
	}
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	if (argc > 3 && strcmp(argv[3], "0") != 0)
		finit_module(fd, params);
	else
		init_module(fd, params);
	return 0;
}
