// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * seq_file_single_open - a short file whose text is made in one go
 *
 * When all the text can be printed at once, seq_file needs no iterator but a
 * single show function. DEFINE_SHOW_ATTRIBUTE makes the file operations, whose
 * open is single_open(), from it.
 *
 *	# insmod /seq_file_single_open.ko
 *	# cat /sys/kernel/debug/lkmc_seq_file_single_open
 *	ab
 *	cd
 */

#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/seq_file.h>

static struct dentry *seq_file_single_open_dentry;

static int seq_file_single_open_show(struct seq_file *file, void *unused)
{
	seq_puts(file, "ab\n");
	seq_puts(file, "cd\n");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(seq_file_single_open);

static int __init seq_file_single_open_init(void)
{
	seq_file_single_open_dentry =
		debugfs_create_file("lkmc_seq_file_single_open", 0444, NULL,
				    NULL, &seq_file_single_open_fops);
	return PTR_ERR_OR_ZERO(seq_file_single_open_dentry);
}

static void __exit seq_file_single_open_exit(void)
{
	debugfs_remove(seq_file_single_open_dentry);
}

module_init(seq_file_single_open_init);
module_exit(seq_file_single_open_exit);

MODULE_DESCRIPTION("Print a whole file by one seq_file show function");
MODULE_LICENSE("GPL");
