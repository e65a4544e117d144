/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kernel_modules/anonymous_inode.c and userland/linux/anonymous_inode.c
 * agree on.
 *
 * LKMC_ANONYMOUS_INODE_GET_FD on /sys/kernel/debug/lkmc_anonymous_inode
 * returns a new file descriptor, or -1 with errno. It takes no argument.
 *
 * Every read from that descriptor returns one whole line of the sequence
 * "1\n", "10\n", "100\n" ... "10000000\n", "1\n", "10\n" ... Each descriptor
 * counts for itself. A buffer too small for the line is EINVAL, and the line
 * is kept for the next read.
 *
 * "/anonymous_inode.out" asks for two descriptors and checks both sequences.
 */
#ifndef LKMC_ANONYMOUS_INODE_H
#define LKMC_ANONYMOUS_INODE_H

#include <linux/ioctl.h>

#define LKMC_ANONYMOUS_INODE_GET_FD _IO(0x33, 16)

#endif
