// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: emulator=gem5 test=host
/*
 * m5ops - talk to gem5 without the program m5, from inside of a benchmark
 *
 *	# /m5ops.out c      checkpoint
 *	# /m5ops.out d      dump the statistics
 *	# /m5ops.out r      dump and reset the statistics
 *	# /m5ops.out e      exit
 *	# /m5ops.out f 3    exit with status 3
 *
 * Anywhere else than in gem5: Illegal instruction.
 */

#include <lkmc/m5ops.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	switch (argc > 1 ? argv[1][0] : '\0') {
	case 'c':
		lkmc_m5_checkpoint(0, 0);
		return 0;
	case 'd':
		lkmc_m5_dump_stats(0, 0);
		return 0;
	case 'r':
		lkmc_m5_dump_reset_stats(0, 0);
		return 0;
	case 'e':
		lkmc_m5_exit(0);
		return 0;
	case 'f':
		lkmc_m5_fail(0, argc > 2 ? strtoull(argv[2], NULL, 0) : 1);
		return 0;
	default:
		fprintf(stderr, "usage: %s c|d|r|e|f [STATUS]\n", argv[0]);
		return 2;
	}
}
