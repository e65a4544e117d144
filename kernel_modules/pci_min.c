// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pci_min - the smallest driver of a PCI device that interrupts
 *
 * The device is lkmc_pci_min, which this project adds to QEMU: a write to its
 * first register raises an interrupt, a write to the second one lowers it. The
 * driver does the former when it takes a device, its handler the latter:
 *
 *	# insmod /pci_min.ko
 *	probe 0000:00:08.0
 *	irq = 23
 *	irq_handler irq = 23 value = 0x12345678
 *
 * With scripts/run --trace 'lkmc_pci_min*' QEMU writes down what it sees, in
 * trace.txt of the run folder:
 *
 *	lkmc_pci_min_mmio_write addr = 4 val = 0 size = 4
 *	lkmc_pci_min_mmio_write addr = 0 val = 12345678 size = 4
 *	lkmc_pci_min_mmio_read addr = 4 val = 1 size = 4
 *	lkmc_pci_min_mmio_write addr = 4 val = 0 size = 4
 *	lkmc_pci_min_mmio_read addr = 0 val = 12345678 size = 4
 *
 * Nobody lowers it without a driver: try /dev/mem as docs/qemu.md shows. With
 * "-device lkmc_pci_min,msi=on" it is a message that interrupts, not a line.
 */

#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/pci.h>

#include <lkmc/min.h>

static irqreturn_t pci_min_handler(int irq, void *dev)
{
	void __iomem *mmio = (void __force __iomem *)dev;

	/* The line may be shared: it was another device. */
	if (!ioread32(mmio + LKMC_MIN_LOWER))
		return IRQ_NONE;
	iowrite32(0, mmio + LKMC_MIN_LOWER);
	pr_info("irq_handler irq = %d value = 0x%x\n", irq,
		ioread32(mmio + LKMC_MIN_RAISE));
	return IRQ_HANDLED;
}

/* What is taken here by pcim_ and devm_ goes with the device. */
static int pci_min_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	void __iomem *mmio;
	int ret;

	pr_info("probe %s\n", pci_name(pdev));
	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	mmio = pcim_iomap(pdev, 0, LKMC_MIN_REGS_SIZE);
	if (!mmio)
		return -ENOMEM;

	/* A message is a write of the device to memory. */
	pci_set_master(pdev);
	ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_ALL_TYPES);
	if (ret < 0)
		return ret;
	/* Someone may have left the interrupt raised, by /dev/mem. */
	iowrite32(0, mmio + LKMC_MIN_LOWER);
	ret = devm_request_irq(&pdev->dev, pci_irq_vector(pdev, 0),
			       pci_min_handler, IRQF_SHARED, "lkmc_pci_min",
			       (void __force *)mmio);
	if (ret)
		return ret;
	pr_info("irq = %d\n", pci_irq_vector(pdev, 0));
	iowrite32(0x12345678, mmio + LKMC_MIN_RAISE);
	return 0;
}

static const struct pci_device_id pci_min_ids[] = {
	{ PCI_DEVICE(LKMC_PCI_MIN_VENDOR, LKMC_PCI_MIN_DEVICE) },
	{ }
};
MODULE_DEVICE_TABLE(pci, pci_min_ids);

static struct pci_driver pci_min_driver = {
	.name = "lkmc_pci_min",
	.id_table = pci_min_ids,
	.probe = pci_min_probe,
};
module_pci_driver(pci_min_driver);

MODULE_DESCRIPTION("Take one interrupt of the minimal PCI device in QEMU");
MODULE_LICENSE("GPL");
