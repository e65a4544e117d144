// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * schedule - a kernel thread that gives its CPU away, or does not
 *
 * The thread spins and counts to dmesg, one number each second. With schedule=1
 * (the default) it calls schedule() in each turn, and all else goes on:
 *
 *	# insmod /schedule.ko
 *	# dmesg -w
 *	0
 *	1
 *	...
 *
 * With schedule=0 it never does, and keeps its CPU for itself. Interrupts still
 * come, but a guest with one CPU hangs, and the only way out is to kill the
 * emulator. On a guest with two, what does not need that CPU goes on.
 *
 * Kernels that preempt kernel threads would hang no more than with schedule=1:
 * so the thread forbids that in the second case.
 */

#include <linux/err.h>
#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched.h>

static bool schedule_param = true;
module_param_named(schedule, schedule_param, bool, 0444);
MODULE_PARM_DESC(schedule, "call schedule() in the loop");

static unsigned int interval_ms = 1000;
module_param(interval_ms, uint, 0444);
MODULE_PARM_DESC(interval_ms, "milliseconds between two numbers");

static struct task_struct *schedule_thread;

static int schedule_func(void *unused)
{
	unsigned long interval = msecs_to_jiffies(max(interval_ms, 1U));
	unsigned long next = jiffies;
	unsigned int count = 0;

	if (!schedule_param)
		preempt_disable();
	while (!kthread_should_stop()) {
		if (time_after_eq(jiffies, next)) {
			pr_info("%u\n", count++);
			next = jiffies + interval;
		}
		if (schedule_param)
			schedule();
		else
			cpu_relax();
	}
	if (!schedule_param)
		preempt_enable();
	return 0;
}

static int __init schedule_init(void)
{
	schedule_thread = kthread_run(schedule_func, NULL, "lkmc_schedule");
	return PTR_ERR_OR_ZERO(schedule_thread);
}

static void __exit schedule_exit(void)
{
	kthread_stop(schedule_thread);
}

module_init(schedule_init);
module_exit(schedule_exit);

MODULE_DESCRIPTION("Spin in a kernel thread with and without schedule()");
MODULE_LICENSE("GPL");
