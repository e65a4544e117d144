// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * oops - write through a NULL pointer inside the kernel
 *
 * The kernel prints an oops and ends the process it happened in, here insmod;
 * the shell lives on:
 *
 *	# insmod /oops.ko
 *	oops init
 *	BUG: kernel NULL pointer dereference, address: 0000000000000000
 *	...
 *	Killed
 *
 * "oops after" never comes, and because its init never returned the module
 * can neither be used nor removed until the next boot. After
 * "echo 1 >/proc/sys/kernel/panic_on_oops" the same is a panic.
 */

#include <linux/init.h>
#include <linux/module.h>

static int __init oops_init(void)
{
	int *nowhere = NULL;

	pr_info("oops init\n");
	WRITE_ONCE(*nowhere, 1);
	pr_info("oops after\n");
	return 0;
}

static void __exit oops_exit_module(void)
{
}

module_init(oops_init);
module_exit(oops_exit_module);

MODULE_DESCRIPTION("Dereference a NULL pointer at insmod");
MODULE_LICENSE("GPL");
