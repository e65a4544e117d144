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
 * "insmod /poll.ko interval_ms=100" is faster. lkmc/poll.h has the details.
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
#include <linux/uaccess.h>
#include <linux/wait.h>

#include <lkmc/poll.h>

#define POLL_INTERVAL_MAX 60000

static unsigned int interval_ms = 1000;
module_param(interval_ms, uint, 0444);
MODULE_PARM_DESC(interval_ms, "milliseconds from one line to the next, 1 to 60000");

static DECLARE_WAIT_QUEUE_HEAD(poll_queue);
static unsigned long poll_newest;	/* what the newest line says, 0: none */

static struct task_struct *poll_task;
static struct dentry *poll_file;

/* Is there a line after the one that this opener has seen? */
static bool poll_ready(const struct file *file)
{
	return READ_ONCE(poll_newest) !=
	       (unsigned long)READ_ONCE(file->private_data);
}

static int poll_open(struct inode *inode, struct file *file)
{
	file->private_data = NULL;
	return stream_open(inode, file);
}

static ssize_t poll_read(struct file *file, char __user *buf, size_t len,
			 loff_t *off)
{
	char line[LKMC_POLL_MAX];
	unsigned long value;
	int ret, size;

	if (!poll_ready(file)) {
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		ret = wait_event_interruptible(poll_queue, poll_ready(file));
		if (ret)
			return ret;
	}
	value = READ_ONCE(poll_newest);
	size = scnprintf(line, sizeof(line), "%lu\n", value);
	if (len < size)
		return -EINVAL;
	if (copy_to_user(buf, line, size))
		return -EFAULT;
	WRITE_ONCE(file->private_data, (void *)value);
	return size;
}

static __poll_t poll_poll(struct file *file, struct poll_table_struct *wait)
{
	poll_wait(file, &poll_queue, wait);
	return poll_ready(file) ? EPOLLIN | EPOLLRDNORM : 0;
}

static const struct file_operations poll_fops = {
	.owner = THIS_MODULE,
	.open = poll_open,
	.read = poll_read,
	.poll = poll_poll,
};

static int poll_produce(void *unused)
{
	unsigned long interval = msecs_to_jiffies(interval_ms);

	for (;;) {
		/* First, so that no kthread_stop() from here on is slept over. */
		set_current_state(TASK_INTERRUPTIBLE);
		if (kthread_should_stop())
			break;
		schedule_timeout(interval);
		WRITE_ONCE(poll_newest, jiffies ?: 1);
		wake_up_interruptible(&poll_queue);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static int __init poll_init(void)
{
	if (!interval_ms || interval_ms > POLL_INTERVAL_MAX)
		return -EINVAL;
	poll_task = kthread_run(poll_produce, NULL, "lkmc_poll");
	if (IS_ERR(poll_task))
		return PTR_ERR(poll_task);
	/* Last, as nobody who waits for a line may wait for ever. */
	poll_file = debugfs_create_file("lkmc_poll", 0400, NULL, NULL,
					&poll_fops);
	if (IS_ERR(poll_file)) {
		kthread_stop(poll_task);
		return PTR_ERR(poll_file);
	}
	return 0;
}

static void __exit poll_exit(void)
{
	debugfs_remove(poll_file);
	kthread_stop(poll_task);
}

module_init(poll_init);
module_exit(poll_exit);

MODULE_DESCRIPTION("Wake up readers and pollers of a debugfs file");
MODULE_LICENSE("GPL");
