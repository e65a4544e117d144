// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * poll - sleep in userland until the kernel has something to say
 *
 * A kernel thread plays the hardware: once a second it puts the jiffies into
 * /sys/kernel/debug/lkmc_poll. Whoever polls or reads the file sleeps until
 * there is a line that he has not read yet:
 *
 *	# insmod /poll.ko
 *	# /poll.out
 *	4294937604
 *	4294937854
 *
 * "insmod /poll.ko period_ms=100" is faster. lkmc/poll.h has the details.
 */

#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include <lkmc/poll.h>

#define POLL_PERIOD_MAX 60000

static unsigned int period_ms = 1000;
module_param(period_ms, uint, 0444);
MODULE_PARM_DESC(period_ms, "milliseconds from one line to the next, 1 to 60000");

static DECLARE_WAIT_QUEUE_HEAD(poll_queue);
static DEFINE_SPINLOCK(poll_lock);	/* protects poll_number and poll_jiffies */
static unsigned int poll_number;	/* of the newest line, 0: none yet */
static unsigned long poll_jiffies;	/* what that line says */

static struct task_struct *poll_task;
static struct dentry *poll_file;

static unsigned int poll_newest(unsigned long *value)
{
	unsigned int number;

	spin_lock(&poll_lock);
	number = poll_number;
	*value = poll_jiffies;
	spin_unlock(&poll_lock);
	return number;
}

/* Is there a line that this opener has not read? */
static bool poll_ready(const unsigned int *seen)
{
	unsigned long value;

	return poll_newest(&value) != READ_ONCE(*seen);
}

static int poll_open(struct inode *inode, struct file *file)
{
	file->private_data = kzalloc(sizeof(unsigned int), GFP_KERNEL);
	return file->private_data ? stream_open(inode, file) : -ENOMEM;
}

static ssize_t poll_read(struct file *file, char __user *buf, size_t len,
			 loff_t *off)
{
	unsigned int *seen = file->private_data;
	char line[LKMC_POLL_MAX];
	unsigned long value;
	unsigned int number;
	int ret, size;

	for (;;) {
		number = poll_newest(&value);
		if (number != READ_ONCE(*seen))
			break;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		ret = wait_event_interruptible(poll_queue, poll_ready(seen));
		if (ret)
			return ret;
	}
	size = scnprintf(line, sizeof(line), "%lu\n", value);
	if (len < size)
		return -EINVAL;
	if (copy_to_user(buf, line, size))
		return -EFAULT;
	WRITE_ONCE(*seen, number);
	return size;
}

static __poll_t poll_poll(struct file *file, struct poll_table_struct *wait)
{
	poll_wait(file, &poll_queue, wait);
	return poll_ready(file->private_data) ? EPOLLIN | EPOLLRDNORM : 0;
}

static int poll_release(struct inode *inode, struct file *file)
{
	kfree(file->private_data);
	return 0;
}

static const struct file_operations poll_fops = {
	.owner = THIS_MODULE,
	.open = poll_open,
	.read = poll_read,
	.poll = poll_poll,
	.release = poll_release,
};

static int poll_produce(void *unused)
{
	unsigned long period = msecs_to_jiffies(period_ms);

	while (!kthread_should_stop()) {
		schedule_timeout_interruptible(period);
		spin_lock(&poll_lock);
		poll_number++;
		poll_jiffies = jiffies;
		spin_unlock(&poll_lock);
		wake_up_interruptible(&poll_queue);
	}
	return 0;
}

static int __init poll_init(void)
{
	if (!period_ms || period_ms > POLL_PERIOD_MAX)
		return -EINVAL;
	poll_file = debugfs_create_file("lkmc_poll", 0400, NULL, NULL,
					&poll_fops);
	if (IS_ERR(poll_file))
		return PTR_ERR(poll_file);
	poll_task = kthread_run(poll_produce, NULL, "lkmc_poll");
	if (IS_ERR(poll_task)) {
		debugfs_remove(poll_file);
		return PTR_ERR(poll_task);
	}
	return 0;
}

static void __exit poll_exit(void)
{
	kthread_stop(poll_task);
	debugfs_remove(poll_file);
}

module_init(poll_init);
module_exit(poll_exit);

MODULE_DESCRIPTION("Wake up readers and pollers of a debugfs file");
MODULE_LICENSE("GPL");
