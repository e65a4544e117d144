// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * irq - listen in on every interrupt line that lets itself be shared
 *
 * The module asks for each line in turn and says how it went. 0 is ours, -16
 * (EBUSY) belongs to a driver that does not share, -22 (EINVAL) does not exist
 * or is none that one can listen in on:
 *
 *	# insmod /irq.ko
 *	genirq: Flags mismatch irq 0. 00000080 (lkmc_irq) vs. 00015a00 (timer)
 *	request_irq irq = 0 ret = -16
 *	request_irq irq = 1 ret = 0
 *
 * /proc/interrupts then shows lkmc_irq beside the drivers that do the work. On
 * x86_64, press a key in a run with --graphic:
 *
 *	handler irq = 1 dev = 250
 *
 * dev is the same as in "grep lkmc_irq /proc/devices". Interrupts may come in
 * thousands, so the kernel's rate limit decides how many lines are printed. A
 * driver that wants a line of its own after us may not get it: rmmod first.
 */

#include <linux/bitmap.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/module.h>

#define IRQ_NAME "lkmc_irq"
#define IRQ_LINES 256

static const struct file_operations irq_fops = {
	.owner = THIS_MODULE,
};

static DECLARE_BITMAP(irq_requested, IRQ_LINES);
static int irq_major;

/* Somebody else does the work: IRQ_NONE tells the kernel so. */
static irqreturn_t irq_handler(int irq, void *dev)
{
	pr_info_ratelimited("handler irq = %d dev = %d\n", irq, *(int *)dev);
	return IRQ_NONE;
}

/*
 * A line that each CPU has for itself is requested in another way. One that is
 * a device's message (MSI) ends when its driver leaves, whoever listens.
 */
static int irq_request(unsigned int irq)
{
	if (irq_is_percpu_devid(irq) || irq_get_msi_desc(irq))
		return -EINVAL;
	return request_irq(irq, irq_handler, IRQF_SHARED, IRQ_NAME, &irq_major);
}

static int __init irq_init(void)
{
	int irq, ret;

	ret = register_chrdev(0, IRQ_NAME, &irq_fops);
	if (ret < 0)
		return ret;
	irq_major = ret;

	for (irq = 0; irq < IRQ_LINES; irq++) {
		ret = irq_request(irq);
		pr_info("request_irq irq = %d ret = %d\n", irq, ret);
		if (!ret)
			__set_bit(irq, irq_requested);
	}
	return 0;
}

static void __exit irq_exit_module(void)
{
	unsigned int irq;

	for_each_set_bit(irq, irq_requested, IRQ_LINES)
		free_irq(irq, &irq_major);
	unregister_chrdev(irq_major, IRQ_NAME);
}

module_init(irq_init);
module_exit(irq_exit_module);

MODULE_DESCRIPTION("Print the shared interrupts as they happen");
MODULE_LICENSE("GPL");
