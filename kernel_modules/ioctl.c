// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ioctl - pass any number of values to the kernel and back in a single call
 *
 * Two operations on /sys/kernel/debug/lkmc_ioctl, see lkmc/ioctl.h: one adds
 * 1 to an int, the other acts on a struct of two:
 *
 *	# insmod /ioctl.ko
 *	# /ioctl.out
 *	LKMC_IOCTL_INC: 1 -> 2
 *	LKMC_IOCTL_INC_DEC: 1 1 -> 2 0
 *
 * The request number holds the size of the argument and its direction, so a
 * caller with another idea of the struct gets ENOTTY, not a wrong answer.
 */

#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/uaccess.h>

#include <lkmc/ioctl.h>

static struct dentry *ioctl_file;

static long ioctl_inc(s32 __user *arg)
{
	s32 value;

	if (get_user(value, arg))
		return -EFAULT;
	if (check_add_overflow(value, 1, &value))
		return -ERANGE;
	return put_user(value, arg);
}

static long ioctl_inc_dec(struct lkmc_ioctl_pair __user *arg)
{
	struct lkmc_ioctl_pair pair;

	if (copy_from_user(&pair, arg, sizeof(pair)))
		return -EFAULT;
	if (check_add_overflow(pair.i, 1, &pair.i) ||
	    check_sub_overflow(pair.j, 1, &pair.j))
		return -ERANGE;
	if (copy_to_user(arg, &pair, sizeof(pair)))
		return -EFAULT;
	return 0;
}

static long ioctl_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *user = (void __user *)arg;

	switch (cmd) {
	case LKMC_IOCTL_INC:
		return ioctl_inc(user);
	case LKMC_IOCTL_INC_DEC:
		return ioctl_inc_dec(user);
	default:
		return -ENOTTY;
	}
}

static const struct file_operations ioctl_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = ioctl_ioctl,
};

static int __init ioctl_init(void)
{
	ioctl_file = debugfs_create_file("lkmc_ioctl", 0600, NULL, NULL,
					 &ioctl_fops);
	return PTR_ERR_OR_ZERO(ioctl_file);
}

static void __exit ioctl_exit(void)
{
	debugfs_remove(ioctl_file);
}

module_init(ioctl_init);
module_exit(ioctl_exit);

MODULE_DESCRIPTION("Two ioctl operations on a debugfs file");
MODULE_LICENSE("GPL");
