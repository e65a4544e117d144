// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hello - a module for the host, built by the Makefile beside it
 *
 *	sudo insmod hello.ko  ->  hello init
 *	sudo rmmod hello      ->  hello exit
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
	pr_info("hello exit\n");
}

module_init(hello_init);
module_exit(hello_exit);

MODULE_DESCRIPTION("Stand-alone module for the host");
MODULE_LICENSE("GPL");
