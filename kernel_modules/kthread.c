// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kthread - a thread that lives in the kernel
 *
 * Kernel threads are scheduled as the threads of userland are, and ps lists
 * them, in brackets. This one counts to dmesg, from 0 to 9 and again from 0,
 * once a second until rmmod:
 *
 *	# insmod /kthread.ko
 *	0
 *	1
 *	2
 *	# ps | grep lkmc_kthread
 *	  123 root         0 SW   [lkmc_kthread]
 *	# rmmod kthread
 *
 * rmmod waits until the thread has seen that it should end, for an interval at
 * most. "insmod /kthread.ko interval_ms=100" counts faster.
 */

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/time64.h>

#define KTHREAD_INTERVAL_MAX 60000

static unsigned int interval_ms = 1000;
module_param(interval_ms, uint, 0444);
MODULE_PARM_DESC(interval_ms, "milliseconds from one count to the next, 1 to 60000");

static struct task_struct *kthread_task;

static int kthread_count(void *unused)
{
	unsigned long interval_us = interval_ms * USEC_PER_MSEC;
	unsigned int i = 0;

	while (!kthread_should_stop()) {
		pr_info("%u\n", i);
		i = (i + 1) % 10;
		usleep_range(interval_us, interval_us + interval_us / 100);
	}
	return 0;
}

static int __init kthread_init(void)
{
	if (!interval_ms || interval_ms > KTHREAD_INTERVAL_MAX)
		return -EINVAL;
	kthread_task = kthread_run(kthread_count, NULL, "lkmc_kthread");
	return PTR_ERR_OR_ZERO(kthread_task);
}

static void __exit kthread_exit_module(void)
{
	kthread_stop(kthread_task);
}

module_init(kthread_init);
module_exit(kthread_exit_module);

MODULE_DESCRIPTION("Count in a kernel thread");
MODULE_LICENSE("GPL");
