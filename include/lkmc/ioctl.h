/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The ioctl numbers that kernel_modules/ioctl.c and userland/linux/ioctl.c
 * agree on. They act on the file /sys/kernel/debug/lkmc_ioctl.
 *
 * The kernel reads what the argument points to, changes it, writes it back
 * and returns 0. It leaves the argument alone and fails with
 *	ERANGE	when a result would not fit
 *	EFAULT	when the pointer is bad
 *	ENOTTY	when the number is none of these
 *
 * "/ioctl.out" tries all of this.
 */
#ifndef LKMC_IOCTL_H
#define LKMC_IOCTL_H

#include <linux/ioctl.h>
#include <linux/types.h>

struct lkmc_ioctl_pair {
	__s32 i;
	__s32 j;
};

#define LKMC_IOCTL_MAGIC 0x33

/* *arg += 1 */
#define LKMC_IOCTL_INC _IOWR(LKMC_IOCTL_MAGIC, 0, __s32)

/* arg->i += 1, arg->j -= 1 */
#define LKMC_IOCTL_INC_DEC _IOWR(LKMC_IOCTL_MAGIC, 1, struct lkmc_ioctl_pair)

#endif
