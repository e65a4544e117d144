// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * dep2 - use a variable that another module exports
 *
 * insmod leaves the order to us, modprobe loads and removes dep by itself:
 *
 *	# insmod /dep2.ko
 *	insmod: can't insert '/dep2.ko': unknown symbol in module, ...
 *	# modprobe dep2
 *	# dmesg | tail -n 1
 *	42
 *	# lsmod
 *	dep2	16384  0
 *	dep	16384  1 dep2
 *	# rmmod dep
 *	rmmod: can't unload module 'dep': Resource temporarily unavailable
 *	# modprobe -r dep2
 *
 * The build finds out by itself who needs whom: "modinfo /dep2.ko" has
 * "depends: dep", and depmod makes modules.dep of it.
 */

#include <linux/init.h>
#include <linux/module.h>

#include <lkmc/dep.h>

static int __init dep2_init(void)
{
	pr_info("%d\n", lkmc_dep);
	return 0;
}

static void __exit dep2_exit(void)
{
}

module_init(dep2_init);
module_exit(dep2_exit);

MODULE_DESCRIPTION("Print what the module dep exports");
MODULE_LICENSE("GPL");
