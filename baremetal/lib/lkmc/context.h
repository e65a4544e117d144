/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads: what is kept of one while another runs is on its stack. */

#ifndef LKMC_CONTEXT_H
#define LKMC_CONTEXT_H

#ifdef __cplusplus
extern "C" {
#endif

/* A thread that will begin with FUNCTION; its stack ends at TOP. */
void *lkmc_context(void *top, void (*function)(void));
/* Keep this thread in FROM, and go on with TO. */
void lkmc_switch(void **from, void *to);

#ifdef __cplusplus
}
#endif

#endif
