// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fops - the file operations behind open, read, write, lseek and close
 *
 * /sys/kernel/debug/lkmc_fops is a file of exactly 4 bytes, "abcd" after
 * insmod, and dmesg says which operations a command leads to:
 *
 *	# insmod /fops.ko
 *	# cat /sys/kernel/debug/lkmc_fops
 *	abcd
 *	# dmesg | tail -n 4
 *	fops open
 *	fops read len = 4096 off = 0
 *	fops read len = 4096 off = 4
 *	fops release
 *
 * Reading past the end returns 0 bytes, the end of file, and writing past it
 * is ENOSPC.
 */

#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/mutex.h>

static char fops_data[4] = { 'a', 'b', 'c', 'd' };
static DEFINE_MUTEX(fops_lock);	/* protects fops_data */
static struct dentry *fops_file;

static int fops_open(struct inode *inode, struct file *file)
{
	pr_info("fops open\n");
	return 0;
}

static ssize_t fops_read(struct file *file, char __user *buf, size_t len,
			 loff_t *off)
{
	ssize_t ret;

	pr_info("fops read len = %zu off = %lld\n", len, *off);
	mutex_lock(&fops_lock);
	ret = simple_read_from_buffer(buf, len, off, fops_data,
				      sizeof(fops_data));
	mutex_unlock(&fops_lock);
	return ret;
}

static ssize_t fops_write(struct file *file, const char __user *buf,
			  size_t len, loff_t *off)
{
	ssize_t ret;

	pr_info("fops write len = %zu off = %lld\n", len, *off);
	if (len && *off >= sizeof(fops_data))
		return -ENOSPC;
	mutex_lock(&fops_lock);
	ret = simple_write_to_buffer(fops_data, sizeof(fops_data), off, buf,
				     len);
	mutex_unlock(&fops_lock);
	return ret;
}

static loff_t fops_llseek(struct file *file, loff_t off, int whence)
{
	pr_info("fops llseek off = %lld whence = %d\n", off, whence);
	return fixed_size_llseek(file, off, whence, sizeof(fops_data));
}

static int fops_release(struct inode *inode, struct file *file)
{
	pr_info("fops release\n");
	return 0;
}

static const struct file_operations fops_fops = {
	.owner = THIS_MODULE,
	.open = fops_open,
	.read = fops_read,
	.write = fops_write,
	.llseek = fops_llseek,
	.release = fops_release,
};

static int __init fops_init(void)
{
	fops_file = debugfs_create_file("lkmc_fops", 0600, NULL, NULL,
					&fops_fops);
	return PTR_ERR_OR_ZERO(fops_file);
}

static void __exit fops_exit(void)
{
	debugfs_remove(fops_file);
}

module_init(fops_init);
module_exit(fops_exit);

MODULE_DESCRIPTION("Print the file operations as they happen");
MODULE_LICENSE("GPL");
