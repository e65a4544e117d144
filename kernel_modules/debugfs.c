// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * debugfs - a variable of the kernel as a file, in one call
 *
 *	# insmod /debugfs.ko
 *	# cat /sys/kernel/debug/lkmc_debugfs/myfile
 *	42
 *	# echo 0x10 >/sys/kernel/debug/lkmc_debugfs/myfile
 *	# cat /sys/kernel/debug/lkmc_debugfs/myfile
 *	16
 *
 * The filesystem has no fixed place; "mount -t debugfs none /mnt" shows it
 * again. What is no number is refused; of a larger one the low 32 bits are kept.
 */

#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/module.h>

static u32 debugfs_value = 42;
static struct dentry *debugfs_dir;

static int __init debugfs_init(void)
{
	debugfs_dir = debugfs_create_dir("lkmc_debugfs", NULL);
	if (IS_ERR(debugfs_dir))
		return PTR_ERR(debugfs_dir);
	debugfs_create_u32("myfile", 0644, debugfs_dir, &debugfs_value);
	return 0;
}

static void __exit debugfs_exit(void)
{
	debugfs_remove(debugfs_dir);
}

module_init(debugfs_init);
module_exit(debugfs_exit);

MODULE_DESCRIPTION("A u32 as a file in debugfs");
MODULE_LICENSE("GPL");
