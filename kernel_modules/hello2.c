// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hello2 - a second hello, to see that modules come and go in any order
 *
 *	insmod /hello.ko   ->  hello init
 *	insmod /hello2.ko  ->  hello2 init
 *	rmmod hello        ->  hello cleanup
 *	rmmod hello2       ->  hello2 cleanup
 */

#include <linux/init.h>
#include <linux/module.h>

static int __init hello2_init(void)
{
	pr_info("hello2 init\n");
	return 0;
}

static void __exit hello2_exit(void)
{
	pr_info("hello2 cleanup\n");
}

module_init(hello2_init);
module_exit(hello2_exit);

MODULE_DESCRIPTION("A second module beside hello");
MODULE_LICENSE("GPL");
