// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vermagic - the string by which a kernel knows the modules made for it
 *
 * It holds the release and the options that change the layout of the kernel's
 * data. A module carries the one of the kernel it was compiled for, and insmod
 * fails when it differs from the running kernel's: see vermagic_fail.
 *
 *	# insmod /vermagic.ko
 *	VERMAGIC_STRING = 6.12.0 SMP preempt mod_unload
 *
 * "modinfo -F vermagic /vermagic.ko" shows the same.
 */

#include <linux/init.h>
#include <linux/module.h>

/* The kernel keeps the macro for itself unless it is asked with this one. */
#define INCLUDE_VERMAGIC
#include <linux/vermagic.h>

static int __init vermagic_init(void)
{
	pr_info("VERMAGIC_STRING = %s\n", VERMAGIC_STRING);
	return 0;
}

static void __exit vermagic_exit(void)
{
}

module_init(vermagic_init);
module_exit(vermagic_exit);

MODULE_DESCRIPTION("Print the vermagic string of the kernel");
MODULE_LICENSE("GPL");
