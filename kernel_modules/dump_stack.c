// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dump_stack - print who called whom, and go on as if nothing had happened
 *
 *	# insmod /dump_stack.ko
 *	dump_stack init
 *	CPU: 0 PID: 53 Comm: insmod ...
 *	Call Trace:
 *	 dump_stack_lvl+0x5d/0x80
 *	 dump_stack_init+0x24/0x30 [dump_stack]
 *	 do_one_initcall+0x58/0x310
 *	 ...
 *	dump_stack after
 *	# rmmod dump_stack
 */

#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>

static int __init dump_stack_init(void)
{
	pr_info("dump_stack init\n");
	dump_stack();
	pr_info("dump_stack after\n");
	return 0;
}

static void __exit dump_stack_exit(void)
{
}

module_init(dump_stack_init);
module_exit(dump_stack_exit);

MODULE_DESCRIPTION("Print a stack trace at insmod");
MODULE_LICENSE("GPL");
