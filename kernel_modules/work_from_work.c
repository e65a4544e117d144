// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * work_from_work - a work item that queues itself again
 *
 * Counts from 0 to 9 again and again, one number each second. Nothing sleeps:
 * queue_delayed_work() gives the work item to the queue's thread a second
 * later, and until then the thread is free for other work.
 *
 *	# insmod /work_from_work.ko
 *	0
 *	1
 *	2
 *	...
 *	# rmmod work_from_work
 */

#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/workqueue.h>

static unsigned int interval_ms = 1000;
module_param(interval_ms, uint, 0444);
MODULE_PARM_DESC(interval_ms, "milliseconds between two numbers");

static struct workqueue_struct *work_from_work_queue;

static void work_from_work_func(struct work_struct *work)
{
	static unsigned int count;

	pr_info("%u\n", count);
	count = (count + 1) % 10;
	queue_delayed_work(work_from_work_queue, to_delayed_work(work),
			   msecs_to_jiffies(max(interval_ms, 1U)));
}

static DECLARE_DELAYED_WORK(work_from_work_work, work_from_work_func);

static int __init work_from_work_init(void)
{
	work_from_work_queue = alloc_workqueue("lkmc_work_from_work",
					       WQ_UNBOUND, 1);
	if (!work_from_work_queue)
		return -ENOMEM;
	queue_delayed_work(work_from_work_queue, &work_from_work_work, 0);
	return 0;
}

static void __exit work_from_work_exit(void)
{
	/* Works on an item that queues itself, too. */
	cancel_delayed_work_sync(&work_from_work_work);
	destroy_workqueue(work_from_work_queue);
}

module_init(work_from_work_init);
module_exit(work_from_work_exit);

MODULE_DESCRIPTION("Count in a work item that queues itself");
MODULE_LICENSE("GPL");
