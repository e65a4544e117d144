// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * module_info - what a module file says about itself
 *
 * Every MODULE_ macro adds one "key=value" to the section .modinfo of the .ko;
 * MODULE_INFO takes any key. The kernel keeps some of them:
 *
 *	# insmod /module_info.ko
 *	name = module_info
 *	version = 1.0
 *	# cat /sys/module/module_info/version
 *	1.0
 *	# strings /module_info.ko | grep asdf
 *	asdf=qwer
 *
 * "modinfo /module_info.ko" prints the well-known ones, and on the host
 * "readelf -p .modinfo module_info.ko" the section.
 */

#include <linux/init.h>
#include <linux/module.h>

static int __init module_info_init(void)
{
	pr_info("name = %s\n", THIS_MODULE->name);
	pr_info("version = %s\n", THIS_MODULE->version);
	return 0;
}

static void __exit module_info_exit(void)
{
}

module_init(module_info_init);
module_exit(module_info_exit);

MODULE_INFO(asdf, "qwer");
MODULE_VERSION("1.0");
MODULE_DESCRIPTION("Print the name and version of this module");
MODULE_LICENSE("GPL");
