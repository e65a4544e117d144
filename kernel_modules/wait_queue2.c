// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wait_queue2 - wake one sleeper of many
 *
 * Like wait_queue, but threads 1 and 2 are exclusive waiters: wake_up() wakes
 * the one that has slept longest and leaves the other one alone. So each event
 * of thread 0 goes to one of them, and they take turns:
 *
 *	# insmod /wait_queue2.ko
 *	0 0
 *	1 0
 *	0 1
 *	2 1
 *	0 2
 *	1 2
 *	...
 *	# rmmod wait_queue2
 *
 * That is how a server's threads wait for work. Without "_exclusive" in the
 * code both would wake, and one of them would print that it did so in vain.
 */

#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/wait.h>

static unsigned int interval_ms = 1000;
module_param(interval_ms, uint, 0444);
MODULE_PARM_DESC(interval_ms, "milliseconds between two events");

/* Events that nobody has taken yet, and the number of the last one taken. */
static atomic_t wait_queue2_pending;
static atomic_t wait_queue2_taken = ATOMIC_INIT(-1);
static DECLARE_WAIT_QUEUE_HEAD(wait_queue2_head);
static struct task_struct *wait_queue2_threads[3];

static int wait_queue2_wake(void *unused)
{
	unsigned long interval = msecs_to_jiffies(max(interval_ms, 1U));
	unsigned int event = 0;

	while (!kthread_should_stop()) {
		pr_info("0 %u\n", event++);
		atomic_inc(&wait_queue2_pending);
		wake_up(&wait_queue2_head);
		/* Only rmmod ends this sleep early. */
		wait_event_interruptible_timeout(wait_queue2_head,
						 kthread_should_stop(),
						 interval);
	}
	return 0;
}

/* What wait_event_interruptible_exclusive() does, but for the last line. */
static int wait_queue2_wait(void *id)
{
	DEFINE_WAIT(wait);

	while (!kthread_should_stop()) {
		prepare_to_wait_exclusive(&wait_queue2_head, &wait,
					  TASK_INTERRUPTIBLE);
		if (!atomic_read(&wait_queue2_pending) &&
		    !kthread_should_stop())
			schedule();
		finish_wait(&wait_queue2_head, &wait);
		if (atomic_dec_if_positive(&wait_queue2_pending) >= 0)
			pr_info("%lu %d\n", (unsigned long)id,
				atomic_inc_return(&wait_queue2_taken));
		else if (!kthread_should_stop())
			pr_info("%lu in vain\n", (unsigned long)id);
	}
	return 0;
}

static void wait_queue2_stop(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(wait_queue2_threads); i++)
		if (!IS_ERR_OR_NULL(wait_queue2_threads[i]))
			kthread_stop(wait_queue2_threads[i]);
}

static int __init wait_queue2_init(void)
{
	unsigned long i;

	for (i = ARRAY_SIZE(wait_queue2_threads); i--; ) {
		wait_queue2_threads[i] =
			kthread_run(i ? wait_queue2_wait : wait_queue2_wake,
				    (void *)i, "lkmc_wait2_%lu", i);
		if (IS_ERR(wait_queue2_threads[i])) {
			wait_queue2_stop();
			return PTR_ERR(wait_queue2_threads[i]);
		}
	}
	return 0;
}

static void __exit wait_queue2_exit(void)
{
	wait_queue2_stop();
}

module_init(wait_queue2_init);
module_exit(wait_queue2_exit);

MODULE_DESCRIPTION("Wake one of two threads that wait for an event");
MODULE_LICENSE("GPL");
