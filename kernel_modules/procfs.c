// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * procfs - a file in /proc
 *
 *	# insmod /procfs.ko
 *	# cat /proc/lkmc_procfs
 *	abcd
 *
 * /proc is for what userland may rely on. It has operations of its own, struct
 * proc_ops, among them mmap (see the module of that name), and it waits by
 * itself for operations still running when the file is removed. That is why
 * rmmod works while somebody has the file open; reading it then is EIO.
 */

#include <linux/init.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>

static int procfs_show(struct seq_file *file, void *unused)
{
	seq_puts(file, "abcd\n");
	return 0;
}

static int __init procfs_init(void)
{
	if (!proc_create_single("lkmc_procfs", 0444, NULL, procfs_show))
		return -ENOMEM;
	return 0;
}

static void __exit procfs_exit(void)
{
	remove_proc_entry("lkmc_procfs", NULL);
}

module_init(procfs_init);
module_exit(procfs_exit);

MODULE_DESCRIPTION("A read-only file in procfs");
MODULE_LICENSE("GPL");
