/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CHECK(WHAT) ends the program with status 1 unless WHAT holds. It says where:
 *
 *	c/hello.c:12: CHECK(1 == 2) failed: Success
 *	lkmc_test_fail
 *
 * The last line is for the reader of a long log. What decides is the status.
 */

#ifndef LKMC_CHECK_H
#define LKMC_CHECK_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(what) \
	((what) ? (void)0 : lkmc_check_failed(__FILE__, __LINE__, #what))

__attribute__((noreturn, unused))
static void lkmc_check_failed(const char *file, int line, const char *what)
{
	const char *reason = strerror(errno);

	fflush(stdout);
	fprintf(stderr, "%s:%d: CHECK(%s) failed: %s\n", file, line, what,
		reason);
	fputs("lkmc_test_fail\n", stderr);
	exit(EXIT_FAILURE);
}

#endif
