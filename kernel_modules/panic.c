// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * panic - let the kernel die on purpose
 *
 *	# insmod /panic.ko
 *	panic init
 *	Kernel panic - not syncing: hello panic
 *
 * and a trace, in which a line like "panic_init+0x1d/0x1000 [panic]" says who
 * called panic(). There is no way back: the terminal is dead, and what comes
 * next is up to the kernel parameter panic=.
 */

#include <linux/init.h>
#include <linux/module.h>
#include <linux/panic.h>

static int __init panic_init(void)
{
	pr_info("panic init\n");
	panic("hello panic");
}

module_init(panic_init);

MODULE_DESCRIPTION("Panic at insmod");
MODULE_LICENSE("GPL");
