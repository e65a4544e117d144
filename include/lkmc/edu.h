/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registers of QEMU's educational PCI device (qemu-system-* -device edu), as
 * QEMU's docs/specs/edu describes them. BAR 0, 32-bit accesses.
 *
 * Shared by kernel_modules/qemu_edu.c, kernel_modules/uio_read.c and the
 * userland side of UIO, /uio_read.out.
 */
#ifndef LKMC_EDU_H
#define LKMC_EDU_H

#define LKMC_EDU_VENDOR		0x1234
#define LKMC_EDU_DEVICE		0x11e8

#define LKMC_EDU_ID		0x00	/* ro: 0xRRrr00ed, version RR.rr */
#define LKMC_EDU_LIVENESS	0x04	/* rw: reads back inverted */
#define LKMC_EDU_FACTORIAL	0x08	/* rw: n in, n! modulo 2^32 out */
#define LKMC_EDU_STATUS		0x20	/* rw: LKMC_EDU_STATUS_* */
#define LKMC_EDU_IRQ_STATUS	0x24	/* ro: causes not yet acknowledged */
#define LKMC_EDU_IRQ_RAISE	0x60	/* wo: adds causes, interrupts */
#define LKMC_EDU_IRQ_ACK	0x64	/* wo: takes causes away */
#define LKMC_EDU_DMA_SRC	0x80
#define LKMC_EDU_DMA_DST	0x88
#define LKMC_EDU_DMA_COUNT	0x90
#define LKMC_EDU_DMA_CMD	0x98	/* rw: LKMC_EDU_DMA_CMD_* */
#define LKMC_EDU_REGS_SIZE	0xa0

#define LKMC_EDU_STATUS_COMPUTING	0x01	/* ro: factorial not ready */
#define LKMC_EDU_STATUS_IRQ_FACTORIAL	0x80	/* interrupt when ready */

/* Causes that the device itself raises. */
#define LKMC_EDU_IRQ_FACTORIAL	0x001
#define LKMC_EDU_IRQ_DMA	0x100

#define LKMC_EDU_DMA_CMD_RUN	0x1	/* reads as 1 until it is done */
#define LKMC_EDU_DMA_CMD_TO_RAM	0x2	/* direction: device to RAM */
#define LKMC_EDU_DMA_CMD_IRQ	0x4	/* LKMC_EDU_IRQ_DMA when done */

/* The device's own memory, as its DMA engine addresses it: not in the BAR. */
#define LKMC_EDU_DMA_BUF	0x40000
#define LKMC_EDU_DMA_BUF_SIZE	4096

#endif
