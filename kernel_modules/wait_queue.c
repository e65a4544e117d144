// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wait_queue - two threads sleep until a third one wakes them
 *
 * Thread 0 counts events, one each second, and wakes the queue. Threads 1 and 2
 * sleep in wait_event() and print the event that woke them, which they see
 * both:
 *
 *	# insmod /wait_queue.ko
 *	0 0
 *	1 0
 *	2 0
 *	0 1
 *	1 1
 *	2 1
 *	...
 *	# rmmod wait_queue
 *
 * To be woken means little: wait_event() looks at its condition, and sleeps
 * again when it does not hold. See wait_queue2 for a wake-up that goes to one
 * of the sleepers only.
 */

#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/wait.h>

static unsigned int interval_ms = 1000;
module_param(interval_ms, uint, 0444);
MODULE_PARM_DESC(interval_ms, "milliseconds between two events");

static atomic_t wait_queue_events;
static DECLARE_WAIT_QUEUE_HEAD(wait_queue_head);
static struct task_struct *wait_queue_threads[3];

static int wait_queue_wake(void *unused)
{
	unsigned long interval = msecs_to_jiffies(max(interval_ms, 1U));
	unsigned int event = 0;

	while (!kthread_should_stop()) {
		pr_info("0 %u\n", event++);
		atomic_inc(&wait_queue_events);
		wake_up(&wait_queue_head);
		/* Only rmmod ends this sleep early. */
		wait_event_interruptible_timeout(wait_queue_head,
						 kthread_should_stop(),
						 interval);
	}
	return 0;
}

static int wait_queue_wait(void *id)
{
	unsigned int seen = 0;

	for (;;) {
		wait_event_interruptible(wait_queue_head,
					 atomic_read(&wait_queue_events) != seen ||
					 kthread_should_stop());
		if (kthread_should_stop())
			return 0;
		pr_info("%lu %u\n", (unsigned long)id, seen++);
	}
}

static void wait_queue_stop(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wait_queue_threads); i++)
		if (!IS_ERR_OR_NULL(wait_queue_threads[i]))
			kthread_stop(wait_queue_threads[i]);
}

static int __init wait_queue_init(void)
{
	unsigned long i;

	/* The sleepers first, so that they miss nothing. */
	for (i = ARRAY_SIZE(wait_queue_threads); i--; ) {
		wait_queue_threads[i] =
			kthread_run(i ? wait_queue_wait : wait_queue_wake,
				    (void *)i, "lkmc_wait_%lu", i);
		if (IS_ERR(wait_queue_threads[i])) {
			wait_queue_stop();
			return PTR_ERR(wait_queue_threads[i]);
		}
	}
	return 0;
}

static void __exit wait_queue_exit(void)
{
	wait_queue_stop();
}

module_init(wait_queue_init);
module_exit(wait_queue_exit);

MODULE_DESCRIPTION("Wake two threads that wait for an event");
MODULE_LICENSE("GPL");
