/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Semihosting: an instruction that a debugger or an emulator takes as a call.
 * Arm's specification, https://github.com/ARM-software/abi-aa/tree/main/semihosting
 */

#ifndef LKMC_SEMIHOSTING_H
#define LKMC_SEMIHOSTING_H

#ifdef __cplusplus
extern "C" {
#endif

#define LKMC_SYS_OPEN 0x01
#define LKMC_SYS_CLOSE 0x02
#define LKMC_SYS_WRITE0 0x04
#define LKMC_SYS_WRITE 0x05
#define LKMC_SYS_READ 0x06
#define LKMC_SYS_FLEN 0x0c
#define LKMC_SYS_REMOVE 0x0e
#define LKMC_SYS_EXIT_EXTENDED 0x20
#define LKMC_APPLICATION_EXIT 0x20026

/* How to open: the number is the place in the list r, rb, r+, r+b, w ... */
#define LKMC_OPEN_READ 1
#define LKMC_OPEN_WRITE 5

/* ARGUMENTS is what the operation wants: often an array of words. */
long lkmc_semihosting(long operation, const void *arguments);

#ifdef __cplusplus
}
#endif

#endif
