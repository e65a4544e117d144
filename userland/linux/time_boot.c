// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: needs=nonblocking
/*
 * time_boot - have the kernel stamp the moment when userland was reached
 *
 * What is written to /dev/kmsg becomes a kernel message, with its time since
 * the kernel began to count. The program reads its own message back:
 *
 *	# /time_boot.out
 *	2.188242
 *	# dmesg | tail -n 1
 *	[    2.188242] time_boot.c
 */

#include <fcntl.h>
#include <lkmc/check.h>
#include <unistd.h>

int main(void)
{
	static const char message[] = "time_boot.c\n";
	const size_t length = sizeof(message) - 1;
	unsigned long long microseconds = 0;
	char record[8192], *text;
	ssize_t size;
	int in, out;

	in = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	CHECK(in >= 0);
	CHECK(lseek(in, 0, SEEK_END) == 0);
	out = open("/dev/kmsg", O_WRONLY);
	CHECK(out >= 0);
	CHECK(write(out, message, length) == (ssize_t)length);

	/* A record is "priority,number,microseconds,flags;text". */
	do {
		size = read(in, record, sizeof(record) - 1);
		CHECK(size > 0);
		record[size] = '\0';
		text = strchr(record, ';');
		CHECK(text != NULL);
	} while (strcmp(text + 1, message) != 0);
	CHECK(sscanf(record, "%*u,%*u,%llu,", &microseconds) == 1);
	CHECK(microseconds > 0);

	printf("%llu.%06llu\n", microseconds / 1000000, microseconds % 1000000);
	return 0;
}
