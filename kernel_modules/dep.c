// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dep - export a variable for other modules
 *
 * EXPORT_SYMBOL puts lkmc_dep where the kernel looks for the undefined symbols
 * of modules loaded later:
 *
 *	# insmod /dep.ko
 *	# grep 'lkmc_dep.*\[dep\]' /proc/kallsyms
 *	ffffffffc0002300 D lkmc_dep	[dep]
 *
 * (seen there when the kernel has CONFIG_KALLSYMS_ALL). See dep2 for the module
 * that uses it.
 */

#include <linux/init.h>
#include <linux/module.h>

#include <lkmc/dep.h>

int lkmc_dep = 42;
EXPORT_SYMBOL(lkmc_dep);

static int __init dep_init(void)
{
	return 0;
}

static void __exit dep_exit(void)
{
}

module_init(dep_init);
module_exit(dep_exit);

MODULE_DESCRIPTION("Export a variable, for dep2");
MODULE_LICENSE("GPL");
