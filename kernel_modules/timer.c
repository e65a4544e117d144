// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * timer - count from 0 to 9 again and again, one number each second
 *
 * The callback runs from the timer interrupt, not in a thread: more punctual,
 * but it may not sleep. It sets the timer anew each time.
 *
 *	# insmod /timer.ko
 *	0
 *	1
 *	2
 *	...
 *	# rmmod timer
 *
 * The callback is a good place to break at from a kernel debugger.
 */

#include <linux/init.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/timer.h>

static unsigned int interval_ms = 1000;
module_param(interval_ms, uint, 0444);
MODULE_PARM_DESC(interval_ms, "milliseconds between two numbers");

static unsigned int timer_count;
static struct timer_list timer_timer;

static void timer_set(void)
{
	mod_timer(&timer_timer,
		  jiffies + msecs_to_jiffies(max(interval_ms, 1U)));
}

static void lkmc_timer_callback(struct timer_list *timer)
{
	pr_info("%u\n", timer_count);
	timer_count = (timer_count + 1) % 10;
	timer_set();
}

static int __init timer_init(void)
{
	timer_setup(&timer_timer, lkmc_timer_callback, 0);
	timer_set();
	return 0;
}

static void __exit timer_exit(void)
{
	/* Waits for a running callback, and stops it from setting the timer. */
	timer_shutdown_sync(&timer_timer);
}

module_init(timer_init);
module_exit(timer_exit);

MODULE_DESCRIPTION("Count in a timer callback");
MODULE_LICENSE("GPL");
