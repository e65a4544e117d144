// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * workqueue_cheat - run a function in a kernel thread that we need not create
 *
 * Counts from 0 to 9 again and again, one number each second, in one work item
 * that does not end until rmmod. That is cheating: a work item should be short,
 * see work_from_work, or be a kernel thread, see kthread.
 *
 *	# insmod /workqueue_cheat.ko
 *	0
 *	1
 *	2
 *	...
 *	# rmmod workqueue_cheat
 *
 * The name cannot be just "workqueue": the kernel has a part of that name.
 */

#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

static unsigned int interval_ms = 1000;
module_param(interval_ms, uint, 0444);
MODULE_PARM_DESC(interval_ms, "milliseconds between two numbers");

static bool workqueue_cheat_stop;
static DECLARE_WAIT_QUEUE_HEAD(workqueue_cheat_wait);
static struct workqueue_struct *workqueue_cheat_queue;

static void workqueue_cheat_func(struct work_struct *work)
{
	unsigned long interval = msecs_to_jiffies(max(interval_ms, 1U));
	unsigned int count = 0;

	while (!READ_ONCE(workqueue_cheat_stop)) {
		pr_info("%u\n", count);
		count = (count + 1) % 10;
		wait_event_interruptible_timeout(workqueue_cheat_wait,
						 READ_ONCE(workqueue_cheat_stop),
						 interval);
	}
}

static DECLARE_WORK(workqueue_cheat_work, workqueue_cheat_func);

static int __init workqueue_cheat_init(void)
{
	workqueue_cheat_queue = alloc_workqueue("lkmc_workqueue_cheat",
						WQ_UNBOUND, 1);
	if (!workqueue_cheat_queue)
		return -ENOMEM;
	queue_work(workqueue_cheat_queue, &workqueue_cheat_work);
	return 0;
}

static void __exit workqueue_cheat_exit(void)
{
	WRITE_ONCE(workqueue_cheat_stop, true);
	wake_up_interruptible(&workqueue_cheat_wait);
	/* Waits until the function has returned. */
	destroy_workqueue(workqueue_cheat_queue);
}

module_init(workqueue_cheat_init);
module_exit(workqueue_cheat_exit);

MODULE_DESCRIPTION("Count in a work item that does not end");
MODULE_LICENSE("GPL");
