// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * strlen_overflow - take the length of a string that has no end
 *
 * With CONFIG_FORTIFY_SOURCE the compiler tells strlen() how large the object
 * is that it looks at, and strlen() stops the kernel's code there when it found
 * no '\0' within it:
 *
 *	# insmod /strlen_overflow.ko
 *	strlen_overflow init
 *	strlen: detected buffer overflow: 5 byte read of buffer size 4
 *	...
 *	kernel BUG at lib/string_helpers.c
 *
 * (Linux 6.1: "detected buffer overflow in strlen".) insmod is killed, and the
 * module can neither be used nor removed until the next boot. Without the
 * option strlen() reads on in what follows, and prints some length.
 */

#include <linux/init.h>
#include <linux/module.h>
#include <linux/string.h>

static char strlen_overflow_buf[4];

static int __init strlen_overflow_init(void)
{
	pr_info("strlen_overflow init\n");
	memset(strlen_overflow_buf, 'a', sizeof(strlen_overflow_buf));
	pr_info("strlen = %zu\n", strlen(strlen_overflow_buf));
	return 0;
}

static void __exit strlen_overflow_exit(void)
{
}

module_init(strlen_overflow_init);
module_exit(strlen_overflow_exit);

MODULE_DESCRIPTION("Let CONFIG_FORTIFY_SOURCE catch a string without end");
MODULE_LICENSE("GPL");
