/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Exceptions and interrupts. The vectors save the registers into a frame,
 * call one of these, and go on with what the frame then holds. Both are weak:
 * a program that has its own takes their place. Ours print the registers and
 * end the program with status LKMC_DIED.
 */

#ifndef LKMC_EXCEPTION_H
#define LKMC_EXCEPTION_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__aarch64__)

/* kind: which of the 16 entries of the table; 4 is one of our own doing. */
#define LKMC_SYNCHRONOUS 4
#define LKMC_ESR_CLASS(frame) ((frame)->esr >> 26)
#define LKMC_CLASS_SVC 0x15
#define LKMC_CLASS_DATA_ABORT 0x25

struct lkmc_frame {
	uint64_t x[31];
	uint64_t sp, pc, pstate, esr, far, kind, padding;
};

#elif defined(__arm__)

/* kind: the vector, 1 undefined, 2 svc, 3 prefetch abort, 4 data abort. */
#define LKMC_UNDEFINED 1
#define LKMC_SVC 2
#define LKMC_DATA_ABORT 4

struct lkmc_frame {
	uint32_t kind, fault_status, fault_address, sp;
	uint32_t r[13], lr, pc, cpsr;
};

#elif defined(__x86_64__)

#define LKMC_INVALID_OPCODE 6
#define LKMC_PAGE_FAULT 14
#define LKMC_SYSTEM_CALL 0x80

struct lkmc_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
	uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t kind, error, pc, cs, flags, sp, ss;
};

#endif

void lkmc_exception(struct lkmc_frame *frame);
void lkmc_interrupt(unsigned int number);
void lkmc_print_frame(const struct lkmc_frame *frame);

#ifdef __cplusplus
}
#endif

#endif
