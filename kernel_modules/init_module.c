// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * init_module - the entry points of a module by their real names
 *
 * The kernel calls the functions called init_module and cleanup_module, if a
 * module has them. The macros module_init() and module_exit() only give these
 * names to functions which are called something else:
 *
 *	insmod /init_module.ko  ->  init_module
 *	rmmod init_module       ->  cleanup_module
 */

#include <linux/init.h>
#include <linux/module.h>
#include <linux/stringify.h>

int __init init_module(void)
{
	pr_info(__stringify(init_module) "\n");
	return 0;
}

void __exit cleanup_module(void)
{
	pr_info(__stringify(cleanup_module) "\n");
}

/* Calls through pointers must be declared, which module_init() does as well. */
___ADDRESSABLE(init_module, __initdata);
___ADDRESSABLE(cleanup_module, __exitdata);

MODULE_DESCRIPTION("Entry points without module_init and module_exit");
MODULE_LICENSE("GPL");
