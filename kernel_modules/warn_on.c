// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * warn_on - say that something is wrong, and go on
 *
 * WARN_ON() prints the place, the registers and the stack, taints the kernel
 * with W, and returns its condition. Nothing else happens:
 *
 *	# insmod /warn_on.ko
 *	warn_on init
 *	------------[ cut here ]------------
 *	WARNING: CPU: 0 PID: 50 at ...:25 warn_on_init+0x1c/0x1000 [warn_on]
 *	...
 *	warn_on after
 *
 * unless "echo 1 >/proc/sys/kernel/panic_on_warn" made it a panic.
 */

#include <linux/bug.h>
#include <linux/init.h>
#include <linux/module.h>

static int __init warn_on_init(void)
{
	pr_info("warn_on init\n");
	if (WARN_ON(1))
		pr_info("warn_on after\n");
	return 0;
}

static void __exit warn_on_exit(void)
{
	pr_info("warn_on cleanup\n");
}

module_init(warn_on_init);
module_exit(warn_on_exit);

MODULE_DESCRIPTION("Provoke a kernel warning at insmod");
MODULE_LICENSE("GPL");
