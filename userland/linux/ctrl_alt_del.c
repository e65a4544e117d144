// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: test=host
/*
 * ctrl_alt_del - an init that gets the three keys instead of a reboot
 *
 * After RB_DISABLE_CAD the kernel does not reboot on Ctrl-Alt-Del, but sends
 * SIGINT to process 1, which prints one line for each:
 *
 *	scripts/run --kernel-cli init=/ctrl_alt_del.out --graphic
 *
 *	cad
 */

#include <lkmc/check.h>
#include <signal.h>
#include <sys/reboot.h>

int main(void)
{
	sigset_t interrupt;
	int signal_number;

	CHECK(sigemptyset(&interrupt) == 0);
	CHECK(sigaddset(&interrupt, SIGINT) == 0);
	CHECK(sigprocmask(SIG_BLOCK, &interrupt, NULL) == 0);
	CHECK(reboot(RB_DISABLE_CAD) == 0);
	puts("ctrl_alt_del ready");
	for (;;) {
		CHECK(fflush(stdout) == 0);
		CHECK(sigwait(&interrupt, &signal_number) == 0);
		puts("cad");
	}
}
