/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tasks.c knows what the kernel runs, blocks.c writes it down.
 */
#ifndef TASKS_H
#define TASKS_H

#include "api.h"

enum kind { BLOCKS = 1, SEQUENCE, TIMES, TOTAL, TASK, SPACE, MAP };

#define NAME 16		/* TASK_COMM_LEN of <linux/sched.h> */

/* What a processor runs. */
struct current {
	uint64_t task;		/* its struct task_struct; 0 before the first switch */
	uint32_t space;		/* the number of its address space; 0 for one of the kernel's threads */
	struct {
		int32_t pid;
		char comm[NAME];
	} name;
};

/* What blocks.c has. */
struct current *current_of(unsigned int cpu);
void tell(unsigned int cpu, enum kind kind, const void *data, size_t bytes);

#if QEMU_PLUGIN_VERSION >= 4
/* Take one of the plugin's arguments; false when it is not of those that are for us. */
bool tasks_argument(const char *argument);
/* A block was translated, which may be one of the kernel's that we have to look at. */
void tasks_translated(struct qemu_plugin_tb *tb);
/* Whether an address is user space's, whose blocks belong to an address space. */
bool tasks_user(uint64_t address);
#else
static inline bool tasks_argument(const char *argument)
{
	return false;
}

static inline void tasks_translated(struct qemu_plugin_tb *tb)
{
}

static inline bool tasks_user(uint64_t address)
{
	return false;
}
#endif

#endif
