// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kstrto - turn text that a user wrote into a number, strictly
 *
 *	# insmod /kstrto.ko
 *	# echo 0x10 >/sys/kernel/debug/lkmc_kstrto
 *	# cat /sys/kernel/debug/lkmc_kstrto
 *	16
 *
 * One call copies the text, which may end in one newline, and parses it: 16,
 * +16, -16, 0x10 and 020. What is not all of it a number is EINVAL, what does
 * not fit an int is ERANGE, and the file keeps its value:
 *
 *	# echo 16a >/sys/kernel/debug/lkmc_kstrto
 *	sh: write error: Invalid argument
 *	# echo 2147483648 >/sys/kernel/debug/lkmc_kstrto
 *	sh: write error: Numerical result out of range
 */

#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/seq_file.h>

/* Sign, 32 binary digits, newline: kstrtoint_from_user() reads no further. */
#define KSTRTO_MAX 34

static int kstrto_value;
static struct dentry *kstrto_file;

static int kstrto_show(struct seq_file *file, void *unused)
{
	seq_printf(file, "%d\n", READ_ONCE(kstrto_value));
	return 0;
}

static int kstrto_open(struct inode *inode, struct file *file)
{
	return single_open(file, kstrto_show, NULL);
}

static ssize_t kstrto_write(struct file *file, const char __user *buf,
			    size_t len, loff_t *off)
{
	int ret, value;

	if (len > KSTRTO_MAX)
		return -EINVAL;
	ret = kstrtoint_from_user(buf, len, 0, &value);
	if (ret)
		return ret;
	WRITE_ONCE(kstrto_value, value);
	return len;
}

static const struct file_operations kstrto_fops = {
	.owner = THIS_MODULE,
	.open = kstrto_open,
	.read = seq_read,
	.write = kstrto_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static int __init kstrto_init(void)
{
	kstrto_file = debugfs_create_file("lkmc_kstrto", 0600, NULL, NULL,
					  &kstrto_fops);
	return PTR_ERR_OR_ZERO(kstrto_file);
}

static void __exit kstrto_exit(void)
{
	debugfs_remove(kstrto_file);
}

module_init(kstrto_init);
module_exit(kstrto_exit);

MODULE_DESCRIPTION("Parse an int that was written to a debugfs file");
MODULE_LICENSE("GPL");
