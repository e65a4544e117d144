// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: arch=arm,aarch64
/*
 * platform_device - a driver that finds its device in the device tree
 *
 * No bus can be asked whether the device is there, and where. Its node in the
 * device tree says so; QEMU writes it for its lkmc_platform_device:
 *
 *	# cd /proc/device-tree/platform-bus@c000000
 *	# cat lkmc_platform_device@0/compatible
 *	lkmc,platform-device
 *
 * As with pci_min, a write to the first register raises the interrupt, which
 * the handler lowers by a write to the second one:
 *
 *	# insmod /platform_device.ko
 *	probe c000000.lkmc_platform_device
 *	irq = 49
 *	irq_handler irq = 49 value = 0x12345678
 *
 * Somebody else may listen to the same interrupt:
 *
 *	# rmmod platform_device
 *	# modprobe dummy-irq irq=49
 *	# insmod /platform_device.ko
 *	dummy-irq: interrupt occurred on IRQ 49
 */

#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/platform_device.h>

#include <lkmc/min.h>

static irqreturn_t platform_device_handler(int irq, void *dev)
{
	void __iomem *mmio = (void __force __iomem *)dev;

	if (!ioread32(mmio + LKMC_MIN_LOWER))
		return IRQ_NONE;
	iowrite32(0, mmio + LKMC_MIN_LOWER);
	pr_info("irq_handler irq = %d value = 0x%x\n", irq,
		ioread32(mmio + LKMC_MIN_RAISE));
	return IRQ_HANDLED;
}

/* What is taken here by devm_ goes with the device. */
static int platform_device_probe(struct platform_device *pdev)
{
	void __iomem *mmio;
	int irq, ret;

	pr_info("probe %s\n", dev_name(&pdev->dev));
	mmio = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(mmio))
		return PTR_ERR(mmio);
	irq = platform_get_irq(pdev, 0);
	if (irq < 0)
		return irq;
	/* Someone may have left the interrupt raised, by /dev/mem. */
	iowrite32(0, mmio + LKMC_MIN_LOWER);
	ret = devm_request_irq(&pdev->dev, irq, platform_device_handler,
			       IRQF_SHARED, "lkmc_platform_device",
			       (void __force *)mmio);
	if (ret)
		return ret;
	pr_info("irq = %d\n", irq);
	iowrite32(0x12345678, mmio + LKMC_MIN_RAISE);
	return 0;
}

/*
 * No MODULE_DEVICE_TABLE: nothing here loads a module for a device, and the
 * kernel's modpost, which reads the table, takes a distro's for 64 bits.
 */
static const struct of_device_id platform_device_ids[] = {
	{ .compatible = "lkmc,platform-device" },
	{ }
};

static struct platform_driver platform_device_driver = {
	.probe = platform_device_probe,
	.driver = {
		.name = "lkmc_platform_device",
		.of_match_table = platform_device_ids,
	},
};
module_platform_driver(platform_device_driver);

MODULE_DESCRIPTION("Take one interrupt of a device in the device tree");
MODULE_LICENSE("GPL");
