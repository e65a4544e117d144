// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vermagic_fail - a module that says it was made for another kernel
 *
 * The kernel takes the first vermagic that it finds in the .modinfo section.
 * Ours comes before the one that the kernel's build system adds, and is wrong:
 *
 *	# insmod /vermagic_fail.ko
 *	insmod: can't insert '/vermagic_fail.ko': invalid module format
 *	# dmesg | tail -n 1
 *	vermagic_fail: version magic 'asdfqwer' should be '6.12.0 SMP mod_unload '
 *
 * The second string is the only way to learn the running kernel's vermagic
 * from userland.
 */

#include <linux/init.h>
#include <linux/module.h>

static int __init vermagic_fail_init(void)
{
	pr_info("vermagic_fail init\n");
	return 0;
}

static void __exit vermagic_fail_exit(void)
{
}

module_init(vermagic_fail_init);
module_exit(vermagic_fail_exit);

MODULE_INFO(vermagic, "asdfqwer");
MODULE_DESCRIPTION("Carry a vermagic that no kernel accepts");
MODULE_LICENSE("GPL");
