// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kthreads - two kernel threads at the same time
 *
 * Both count to dmesg from 0 to 9 and again, once a second until rmmod. Each
 * line is "<thread> <count>", and most likely the two take turns, which shows
 * that neither waits for the other to finish:
 *
 *	# insmod /kthreads.ko
 *	1 0
 *	2 0
 *	1 1
 *	2 1
 *	# rmmod kthreads
 *
 * "insmod /kthreads.ko interval_ms=100" counts faster.
 */

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/time64.h>

#define KTHREADS_INTERVAL_MAX 60000

static unsigned int interval_ms = 1000;
module_param(interval_ms, uint, 0444);
MODULE_PARM_DESC(interval_ms, "milliseconds from one count to the next, 1 to 60000");

static struct task_struct *kthreads_tasks[2];

/* Takes the number of the thread. */
static int kthreads_count(void *number)
{
	unsigned long interval_us = interval_ms * USEC_PER_MSEC;
	unsigned int i = 0;

	while (!kthread_should_stop()) {
		pr_info("%lu %u\n", (unsigned long)number, i);
		i = (i + 1) % 10;
		usleep_range(interval_us, interval_us + interval_us / 100);
	}
	return 0;
}

static void kthreads_stop(unsigned long running)
{
	while (running--)
		kthread_stop(kthreads_tasks[running]);
}

static int __init kthreads_init(void)
{
	struct task_struct *task;
	unsigned long i;

	if (!interval_ms || interval_ms > KTHREADS_INTERVAL_MAX)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(kthreads_tasks); i++) {
		task = kthread_run(kthreads_count, (void *)(i + 1),
				   "lkmc_kthreads/%lu", i + 1);
		if (IS_ERR(task)) {
			kthreads_stop(i);
			return PTR_ERR(task);
		}
		kthreads_tasks[i] = task;
	}
	return 0;
}

static void __exit kthreads_exit(void)
{
	kthreads_stop(ARRAY_SIZE(kthreads_tasks));
}

module_init(kthreads_init);
module_exit(kthreads_exit);

MODULE_DESCRIPTION("Count in two kernel threads");
MODULE_LICENSE("GPL");
