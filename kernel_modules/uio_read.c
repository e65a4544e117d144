// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * uio_read - leave a device to a userland driver
 *
 * UIO gives a device to a program as a file. This is the kernel's half for
 * QEMU's educational device ("-device edu"); /uio_read.out is the other half:
 *
 *	# modprobe uio
 *	# insmod /uio_read.ko
 *	# /uio_read.out
 *	interrupt 1 status 0x1
 *	interrupt 2 status 0x2
 *	interrupt 3 status 0x3
 *
 * What a program does with /dev/uio0:
 *
 *	mmap    of offset 0: the device's registers, see <lkmc/edu.h>
 *	read    4 bytes: sleeps until there is an interrupt, gives their number
 *		since the device was bound. A larger step says that some were
 *		missed. poll() works as well.
 *	write   4 bytes: the int 1 lets interrupts through, 0 holds them back
 *
 * The kernel does not know how to silence the device. So its handler holds
 * back further interrupts, the program takes the cause from LKMC_EDU_IRQ_STATUS
 * and gives it back to LKMC_EDU_IRQ_ACK, and then writes a 1.
 * Linux's own uio_pci_generic does the same without being told what device it
 * is, but knows no write.
 */

#include <linux/container_of.h>
#include <linux/device.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/uio_driver.h>

#include <lkmc/edu.h>

struct uio_read {
	struct uio_info info;
	struct pci_dev *pdev;
	unsigned int openers;	/* UIO calls open and release one at a time */
};

static struct uio_read *uio_read_from(struct uio_info *info)
{
	return container_of(info, struct uio_read, info);
}

static irqreturn_t uio_read_handler(int irq, struct uio_info *info)
{
	/* False when the shared line was raised by another device. */
	return pci_check_and_mask_intx(uio_read_from(info)->pdev) ?
	       IRQ_HANDLED : IRQ_NONE;
}

static int uio_read_irqcontrol(struct uio_info *info, s32 on)
{
	if (on != 0 && on != 1)
		return -EINVAL;
	pci_intx(uio_read_from(info)->pdev, on);
	return 0;
}

static int uio_read_open(struct uio_info *info, struct inode *inode)
{
	uio_read_from(info)->openers++;
	return 0;
}

/* The last program that goes away leaves the device silent. */
static int uio_read_release(struct uio_info *info, struct inode *inode)
{
	struct uio_read *uio = uio_read_from(info);

	if (!--uio->openers)
		pci_intx(uio->pdev, 0);
	return 0;
}

static int uio_read_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct uio_info *info;
	struct uio_read *uio;
	int ret;

	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	if (!pdev->irq || !pci_intx_mask_supported(pdev))
		return -ENODEV;
	uio = devm_kzalloc(&pdev->dev, sizeof(*uio), GFP_KERNEL);
	if (!uio)
		return -ENOMEM;
	uio->pdev = pdev;
	info = &uio->info;
	info->name = "lkmc_uio_read";
	info->version = "1";
	info->irq = pdev->irq;
	info->irq_flags = IRQF_SHARED;
	info->handler = uio_read_handler;
	info->irqcontrol = uio_read_irqcontrol;
	info->open = uio_read_open;
	info->release = uio_read_release;
	info->mem[0].name = "registers";
	info->mem[0].memtype = UIO_MEM_PHYS;
	info->mem[0].addr = pci_resource_start(pdev, 0);
	info->mem[0].size = pci_resource_len(pdev, 0);
	return devm_uio_register_device(&pdev->dev, info);
}

/* No MODULE_DEVICE_TABLE: the device is qemu_edu's unless one asks for us. */
static const struct pci_device_id uio_read_ids[] = {
	{ PCI_DEVICE(LKMC_EDU_VENDOR, LKMC_EDU_DEVICE) },
	{ }
};

static struct pci_driver uio_read_driver = {
	.name = "lkmc_uio_read",
	.id_table = uio_read_ids,
	.probe = uio_read_probe,
};
module_pci_driver(uio_read_driver);

MODULE_DESCRIPTION("Give QEMU's edu device to a userland driver by UIO");
MODULE_LICENSE("GPL");
