// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hello - say a word when the module comes, and one when it goes
 *
 * The smallest module that shows anything. The messages are in dmesg:
 *
 *	insmod /hello.ko  ->  hello init
 *	rmmod hello       ->  hello cleanup
 */

#include <linux/init.h>
#include <linux/module.h>

static int __init hello_init(void)
{
	pr_info("hello init\n");
	return 0;
}

static void __exit hello_exit(void)
{
	pr_info("hello cleanup\n");
}

module_init(hello_init);
module_exit(hello_exit);

MODULE_DESCRIPTION("Print a line at insmod and one at rmmod");
MODULE_LICENSE("GPL");
