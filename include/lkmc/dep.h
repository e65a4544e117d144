/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kernel_modules/dep.c exports. */
#ifndef LKMC_DEP_H
#define LKMC_DEP_H

extern int lkmc_dep;

#endif
