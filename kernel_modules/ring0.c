// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: arch=x86_64
/*
 * ring0 - read the x86 control registers, which only the kernel may do
 *
 *	# insmod /ring0.ko
 *	cr0 = 0x80050033
 *	cr2 = 0x500EBE
 *	cr3 = 0x5FA6000
 *
 * /ring0.out runs the very same code of <lkmc/ring0.h> in ring 3 and dies of a
 * general protection fault.
 */

#include <linux/init.h>
#include <linux/module.h>

#include <lkmc/ring0.h>

static int __init ring0_init(void)
{
	struct lkmc_ring0_control_regs regs;

	lkmc_ring0_get_control_regs(&regs);
	pr_info("cr0 = 0x%lX\n", regs.cr0);
	pr_info("cr2 = 0x%lX\n", regs.cr2);
	pr_info("cr3 = 0x%lX\n", regs.cr3);
	return 0;
}

static void __exit ring0_exit(void)
{
}

module_init(ring0_init);
module_exit(ring0_exit);

MODULE_DESCRIPTION("Print the x86 control registers");
MODULE_LICENSE("GPL");
