// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * qemu_edu - drive a PCI device: registers, interrupts and DMA
 *
 * The driver of QEMU's educational device ("-device edu"). Its registers, see
 * <lkmc/edu.h>, are the words of /dev/lkmc_qemu_edu, at the same offsets:
 *
 *	# insmod /qemu_edu.ko
 *	# dd if=/dev/lkmc_qemu_edu bs=4 count=1 | hexdump -C
 *	00000000  ed 00 00 01
 *
 * Factorial: write n at offset 8, read n! there. Interrupts: write any number
 * at 0x60. The handler takes the causes back from the device and prints them:
 *
 *	# printf '\1\2\3\0' | dd of=/dev/lkmc_qemu_edu bs=4 seek=24
 *	irq_handler irq = 24 status = 0x30201
 *
 * DMA: what is written at 0x40000 goes into the device's memory, and is read
 * from there. The DMA registers themselves are read-only: a wrong address in
 * them would overwrite anything.
 *
 * The device reaches the first 256 MiB, where x86 has RAM and the virt machines
 * of ARM have none: "-device edu,dma_mask=0xffffffff" and dma_bits=32 help.
 */

#include <linux/bitops.h>
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/minmax.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include <lkmc/edu.h>

/* QEMU up to 9 aborts when a transfer reaches the last byte: leave it out. */
#define QEMU_EDU_BUF_SIZE (LKMC_EDU_DMA_BUF_SIZE - 1)
#define QEMU_EDU_END (LKMC_EDU_DMA_BUF + QEMU_EDU_BUF_SIZE)

static unsigned int dma_bits = 28;
module_param(dma_bits, uint, 0444);
MODULE_PARM_DESC(dma_bits, "width of the addresses that DMA reaches, 1 to 32");

/* The one device. Its file may outlive it. */
struct qemu_edu {
	unsigned long taken;	/* bit 0: from probe until all is given back */
	struct mutex lock;	/* of present, mmio and buf, for the file */
	bool present;
	void __iomem *mmio;
	void *buf;
	dma_addr_t buf_dma;
	wait_queue_head_t dma_done;
};

static struct qemu_edu qemu_edu = {
	.lock = __MUTEX_INITIALIZER(qemu_edu.lock),
	.dma_done = __WAIT_QUEUE_HEAD_INITIALIZER(qemu_edu.dma_done),
};

static irqreturn_t qemu_edu_irq(int irq, void *unused)
{
	u32 status = ioread32(qemu_edu.mmio + LKMC_EDU_IRQ_STATUS);

	/* The line may be shared: it was another device. */
	if (!status)
		return IRQ_NONE;
	iowrite32(status, qemu_edu.mmio + LKMC_EDU_IRQ_ACK);
	pr_info("irq_handler irq = %d status = 0x%x\n", irq, status);
	wake_up(&qemu_edu.dma_done);
	return IRQ_HANDLED;
}

/* Move the first count bytes of our buffer to or from offset pos of the file. */
static int qemu_edu_dma(u32 pos, u32 count, bool to_ram)
{
	void __iomem *mmio = qemu_edu.mmio;
	u32 ram = qemu_edu.buf_dma;

	if (!qemu_edu.buf)
		return -ENXIO;
	iowrite32(to_ram ? pos : ram, mmio + LKMC_EDU_DMA_SRC);
	iowrite32(to_ram ? ram : pos, mmio + LKMC_EDU_DMA_DST);
	iowrite32(count, mmio + LKMC_EDU_DMA_COUNT);
	iowrite32(LKMC_EDU_DMA_CMD_RUN | LKMC_EDU_DMA_CMD_IRQ |
		  (to_ram ? LKMC_EDU_DMA_CMD_TO_RAM : 0),
		  mmio + LKMC_EDU_DMA_CMD);
	if (!wait_event_timeout(qemu_edu.dma_done,
				!(ioread32(mmio + LKMC_EDU_DMA_CMD) &
				  LKMC_EDU_DMA_CMD_RUN), 5 * HZ))
		return -EIO;
	return 0;
}

/* How many bytes of a request one call moves, or an error. */
static ssize_t qemu_edu_count(loff_t pos, size_t count)
{
	if (!qemu_edu.present)
		return -ENODEV;
	if (pos >= LKMC_EDU_DMA_BUF && pos < QEMU_EDU_END)
		return min_t(size_t, count, QEMU_EDU_END - pos);
	if (pos >= LKMC_EDU_REGS_SIZE || !count)
		return 0;
	return pos % sizeof(u32) || count < sizeof(u32) ? -EINVAL : sizeof(u32);
}

static ssize_t qemu_edu_read(struct file *file, char __user *to, size_t count,
			     loff_t *pos)
{
	ssize_t ret;
	void *from;
	int err = 0;
	u32 value;

	mutex_lock(&qemu_edu.lock);
	ret = qemu_edu_count(*pos, count);
	if (ret <= 0)
		goto out_unlock;
	if (*pos >= LKMC_EDU_DMA_BUF) {
		from = qemu_edu.buf;
		if (from)
			memset(from, 0, ret);
		err = qemu_edu_dma(*pos, ret, true);
	} else {
		value = ioread32(qemu_edu.mmio + *pos);
		from = &value;
	}
	if (!err && copy_to_user(to, from, ret))
		err = -EFAULT;
	if (err)
		ret = err;
	else
		*pos += ret;
out_unlock:
	mutex_unlock(&qemu_edu.lock);
	return ret;
}

static ssize_t qemu_edu_write(struct file *file, const char __user *from,
			      size_t count, loff_t *pos)
{
	bool is_dma = *pos >= LKMC_EDU_DMA_BUF;
	ssize_t ret;
	int err = 0;
	u32 value;

	mutex_lock(&qemu_edu.lock);
	ret = qemu_edu_count(*pos, count);
	if (ret <= 0) {
		ret = ret || !count ? ret : -ENOSPC;
		goto out_unlock;
	}
	if (!is_dma && *pos >= LKMC_EDU_DMA_SRC)
		err = -EPERM;
	else if (is_dma && !qemu_edu.buf)
		err = -ENXIO;
	else if (copy_from_user(is_dma ? qemu_edu.buf : &value, from, ret))
		err = -EFAULT;
	else if (is_dma)
		err = qemu_edu_dma(*pos, ret, false);
	else
		iowrite32(value, qemu_edu.mmio + *pos);
	if (err)
		ret = err;
	else
		*pos += ret;
out_unlock:
	mutex_unlock(&qemu_edu.lock);
	return ret;
}

static loff_t qemu_edu_llseek(struct file *file, loff_t offset, int whence)
{
	return fixed_size_llseek(file, offset, whence, QEMU_EDU_END);
}

static const struct file_operations qemu_edu_fops = {
	.owner = THIS_MODULE,
	.llseek = qemu_edu_llseek,
	.read = qemu_edu_read,
	.write = qemu_edu_write,
};

static struct miscdevice qemu_edu_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "lkmc_qemu_edu",
	.fops = &qemu_edu_fops,
	.mode = 0600,
};

static void qemu_edu_give_back(void *unused)
{
	clear_bit_unlock(0, &qemu_edu.taken);
}

/* What is taken here by pcim_, dmam_ and devm_ goes with the device. */
static int qemu_edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	unsigned int bits = clamp(dma_bits, 1U, 32U);
	int ret;

	if (test_and_set_bit_lock(0, &qemu_edu.taken))
		return -EBUSY;
	/* First here, and so the last that goes. */
	ret = devm_add_action_or_reset(&pdev->dev, qemu_edu_give_back, NULL);
	if (ret)
		return ret;
	ret = pcim_enable_device(pdev);
	if (ret)
		return ret;
	qemu_edu.mmio = pcim_iomap(pdev, 0, LKMC_EDU_REGS_SIZE);
	if (!qemu_edu.mmio)
		return -ENOMEM;

	pci_set_master(pdev);
	qemu_edu.buf = NULL;
	if (dma_set_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(bits)))
		pci_warn(pdev, "no RAM within %u bits: no DMA\n", bits);
	else
		qemu_edu.buf = dmam_alloc_coherent(&pdev->dev,
						   QEMU_EDU_BUF_SIZE,
						   &qemu_edu.buf_dma,
						   GFP_KERNEL);

	ret = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_ALL_TYPES);
	if (ret < 0)
		return ret;
	ret = devm_request_irq(&pdev->dev, pci_irq_vector(pdev, 0),
			       qemu_edu_irq, IRQF_SHARED, "lkmc_qemu_edu",
			       &qemu_edu);
	if (ret)
		return ret;
	/* The number that it had when the device was last here may be taken. */
	qemu_edu_misc.minor = MISC_DYNAMIC_MINOR;
	/* Who opens the file at once waits for what becomes of it. */
	mutex_lock(&qemu_edu.lock);
	ret = misc_register(&qemu_edu_misc);
	qemu_edu.present = !ret;
	mutex_unlock(&qemu_edu.lock);
	return ret;
}

static void qemu_edu_remove(struct pci_dev *pdev)
{
	misc_deregister(&qemu_edu_misc);
	/* Files that are still open must not touch the registers any more. */
	mutex_lock(&qemu_edu.lock);
	qemu_edu.present = false;
	/* A factorial that comes later must not interrupt, for nobody hears. */
	iowrite32(0, qemu_edu.mmio + LKMC_EDU_STATUS);
	mutex_unlock(&qemu_edu.lock);
}

static const struct pci_device_id qemu_edu_ids[] = {
	{ PCI_DEVICE(LKMC_EDU_VENDOR, LKMC_EDU_DEVICE) },
	{ }
};
MODULE_DEVICE_TABLE(pci, qemu_edu_ids);

static struct pci_driver qemu_edu_driver = {
	.name = "lkmc_qemu_edu",
	.id_table = qemu_edu_ids,
	.probe = qemu_edu_probe,
	.remove = qemu_edu_remove,
};
module_pci_driver(qemu_edu_driver);

MODULE_DESCRIPTION("Registers, interrupts and DMA of QEMU's edu device");
MODULE_LICENSE("GPL");
