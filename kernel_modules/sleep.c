// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sleep - count to dmesg in insmod, sleeping between the numbers
 *
 *	# insmod /sleep.ko n=5
 *	0
 *	1
 *	2
 *	3
 *	4
 *
 * One number comes each second. The sleep is in the init function itself, so
 * that insmod returns only after the last one. A signal that kills insmod ends
 * the count; the module is not loaded then.
 */

#include <linux/delay.h>
#include <linux/init.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/sched/signal.h>

static unsigned int n = 5;
module_param(n, uint, 0444);
MODULE_PARM_DESC(n, "how far to count");

static unsigned int interval_ms = 1000;
module_param(interval_ms, uint, 0444);
MODULE_PARM_DESC(interval_ms, "milliseconds after each number, 1 to 10000");

static int __init sleep_init(void)
{
	unsigned long us = clamp(interval_ms, 1U, 10000U) * 1000UL;
	unsigned int i;

	for (i = 0; i < n; i++) {
		pr_info("%u\n", i);
		usleep_range(us, us + us / 10);
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

static void __exit sleep_exit(void)
{
}

module_init(sleep_init);
module_exit(sleep_exit);

MODULE_DESCRIPTION("Sleep in the init function");
MODULE_LICENSE("GPL");
