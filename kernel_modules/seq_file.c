// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * seq_file - a long file which is computed while it is read
 *
 * The file lkmc_seq_file in debugfs reads like three lines, but all that is
 * stored is the number of the next one. seq_file keeps it for each opener,
 * calls start, next, show and stop as far as the reader's buffer reaches, and
 * does the arithmetic of partial reads and seeks.
 *
 *	# insmod /seq_file.ko
 *	# cat /sys/kernel/debug/lkmc_seq_file
 *	0
 *	1
 *	2
 */

#include <linux/debugfs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/seq_file.h>

#define LKMC_SEQ_FILE_LINES 3

static struct dentry *lkmc_seq_file_dentry;

/* Anything but NULL stands for an element: here the position is the element. */
static void *lkmc_seq_file_start(struct seq_file *file, loff_t *pos)
{
	return *pos < LKMC_SEQ_FILE_LINES ? pos : NULL;
}

static void *lkmc_seq_file_next(struct seq_file *file, void *element,
				loff_t *pos)
{
	++*pos;
	return lkmc_seq_file_start(file, pos);
}

/* The place to unlock what start locked. */
static void lkmc_seq_file_stop(struct seq_file *file, void *element)
{
}

static int lkmc_seq_file_show(struct seq_file *file, void *element)
{
	const loff_t *pos = element;

	seq_printf(file, "%lld\n", *pos);
	return 0;
}

static const struct seq_operations lkmc_seq_file_sops = {
	.start = lkmc_seq_file_start,
	.next = lkmc_seq_file_next,
	.stop = lkmc_seq_file_stop,
	.show = lkmc_seq_file_show,
};
DEFINE_SEQ_ATTRIBUTE(lkmc_seq_file);

static int __init lkmc_seq_file_init(void)
{
	lkmc_seq_file_dentry = debugfs_create_file("lkmc_seq_file", 0444, NULL,
						   NULL, &lkmc_seq_file_fops);
	return PTR_ERR_OR_ZERO(lkmc_seq_file_dentry);
}

static void __exit lkmc_seq_file_exit(void)
{
	debugfs_remove(lkmc_seq_file_dentry);
}

module_init(lkmc_seq_file_init);
module_exit(lkmc_seq_file_exit);

MODULE_DESCRIPTION("Compute the lines of a file by a seq_file iterator");
MODULE_LICENSE("GPL");
