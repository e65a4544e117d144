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
 * Anywhere else than in gem5 these instructions are illegal: the program says
 * so and exits with status 77. Checked there by /m5ops.sh.
 */

#include <lkmc/check.h>
#include <lkmc/m5ops.h>
#include <signal.h>
#include <unistd.h>

static void not_gem5(int signal_number)
{
	static const char message[] = "this is not gem5\n";

	(void)signal_number;
	_exit(write(STDERR_FILENO, message, sizeof(message) - 1) < 0 ? 1 : 77);
}

/* The status, or -1 if TEXT is none. */
static int number(const char *text)
{
	char *end;
	const unsigned long value = strtoul(text, &end, 0);

	return *text && !*end && value < 256 ? (int)value : -1;
}

int main(int argc, char **argv)
{
	const int status = argc > 2 ? number(argv[2]) : 1;
	const int is_one = argc > 1 && argc < 4 && strlen(argv[1]) == 1;

	CHECK(signal(SIGILL, not_gem5) != SIG_ERR);
	switch (is_one && status >= 0 ? argv[1][0] : '\0') {
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
		lkmc_m5_fail(0, status);
		return 0;
	default:
		fprintf(stderr, "usage: %s c|d|r|e|f [STATUS]\n", argv[0]);
		return 2;
	}
}
