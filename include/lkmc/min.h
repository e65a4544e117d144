/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Registers of this project's two devices in QEMU, lkmc_pci_min (in BAR 0) and
 * lkmc_platform_device: see board/patches/qemu. 32-bit accesses.
 *
 * Shared by kernel_modules/pci_min.c and kernel_modules/platform_device.c.
 */
#ifndef LKMC_MIN_H
#define LKMC_MIN_H

#define LKMC_PCI_MIN_VENDOR	0x1234
#define LKMC_PCI_MIN_DEVICE	0x11e9

#define LKMC_MIN_RAISE		0x00	/* rw: interrupts; reads back */
#define LKMC_MIN_LOWER		0x04	/* rw: no more; reads 1 while raised */
#define LKMC_MIN_REGS_SIZE	0x08

#endif
