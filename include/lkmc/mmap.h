/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What kernel_modules/mmap.c and userland/linux/mmap.c agree on.
 *
 * /proc/lkmc_mmap is a buffer of LKMC_MMAP_SIZE bytes in the kernel, "asdf"
 * after insmod, the same one for everybody who opens it. It can be
 *	mapped	at offset 0, at most one page, shared (MAP_PRIVATE is EINVAL)
 *	read	at any offset, the end of file is after LKMC_MMAP_SIZE bytes
 *	written	within those bytes; beyond them it is ENOSPC
 * and each way sees what the others wrote.
 *
 * "/mmap.out" wants the file as it is after insmod and goes all three ways.
 */
#ifndef LKMC_MMAP_H
#define LKMC_MMAP_H

#define LKMC_MMAP_SIZE 4

#endif
