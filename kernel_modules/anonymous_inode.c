// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * anonymous_inode - many open files behind one entry of a filesystem
 *
 * An ioctl on /sys/kernel/debug/lkmc_anonymous_inode returns a new file
 * descriptor that has no name anywhere. Each read of it gives the next line of
 * 1, 10, 100 ... 10000000, 1, 10 ... and every descriptor counts for itself:
 *
 *	# insmod /anonymous_inode.ko
 *	# /anonymous_inode.out
 *	1
 *	10
 *	100
 *
 * As long as one of them is open, with or without the file that it came from,
 * rmmod fails: its operations name their owner. KVM hands out its virtual
 * machines and CPUs in this way. The details stand in lkmc/anonymous_inode.h.
 */

#include <linux/anon_inodes.h>
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include <lkmc/anonymous_inode.h>

#define ANONYMOUS_INODE_LAST 10000000

/* One descriptor. */
struct anonymous_inode {
	struct mutex lock;	/* protects next */
	unsigned int next;
};

static struct dentry *anonymous_inode_file;

static ssize_t anonymous_inode_read(struct file *file, char __user *buf,
				    size_t len, loff_t *off)
{
	struct anonymous_inode *state = file->private_data;
	char line[16];
	size_t size;
	ssize_t ret;

	mutex_lock(&state->lock);
	size = scnprintf(line, sizeof(line), "%u\n", state->next);
	if (len < size) {
		ret = -EINVAL;
	} else if (copy_to_user(buf, line, size)) {
		ret = -EFAULT;
	} else {
		state->next = state->next == ANONYMOUS_INODE_LAST ?
			      1 : state->next * 10;
		ret = size;
	}
	mutex_unlock(&state->lock);
	return ret;
}

static int anonymous_inode_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

static const struct file_operations anonymous_inode_fops = {
	.owner = THIS_MODULE,
	.read = anonymous_inode_read,
	.release = anonymous_inode_release,
};

static long anonymous_inode_ioctl(struct file *file, unsigned int cmd,
				  unsigned long arg)
{
	struct anonymous_inode *state;
	int fd;

	if (cmd != LKMC_ANONYMOUS_INODE_GET_FD)
		return -ENOTTY;
	state = kzalloc(sizeof(*state), GFP_KERNEL);
	if (!state)
		return -ENOMEM;
	mutex_init(&state->lock);
	state->next = 1;
	fd = anon_inode_getfd("lkmc", &anonymous_inode_fops, state,
			      O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		kfree(state);
	return fd;
}

static const struct file_operations anonymous_inode_entry_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = anonymous_inode_ioctl,
};

static int __init anonymous_inode_init(void)
{
	anonymous_inode_file =
		debugfs_create_file("lkmc_anonymous_inode", 0600, NULL, NULL,
				    &anonymous_inode_entry_fops);
	return PTR_ERR_OR_ZERO(anonymous_inode_file);
}

static void __exit anonymous_inode_exit(void)
{
	debugfs_remove(anonymous_inode_file);
}

module_init(anonymous_inode_init);
module_exit(anonymous_inode_exit);

MODULE_DESCRIPTION("File descriptors without a name, from an ioctl");
MODULE_LICENSE("GPL");
