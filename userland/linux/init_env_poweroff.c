// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: test=host
/*
 * init_env_poweroff - what the kernel gives init: arguments and environment
 *
 * What the kernel does not know on its command line goes to init: NAME=VALUE
 * into the environment, anything else to the arguments.
 *
 *	scripts/run --kernel-cli 'init=/init_env_poweroff.out - asdf=qwer zxcv'
 *
 *	args:
 *	/init_env_poweroff.out
 *	-
 *	zxcv
 *
 *	env:
 *	HOME=/
 *	TERM=linux
 *	asdf=qwer
 *
 * then the guest is off. A real init that returned would panic the kernel.
 */

#include <lkmc/check.h>
#include <sys/reboot.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv)
{
	puts("args:");
	for (int i = 0; i < argc; i++)
		puts(argv[i]);
	puts("\nenv:");
	for (char **variable = environ; *variable; variable++)
		puts(*variable);
	CHECK(fflush(stdout) == 0);

	sync();
	CHECK(reboot(RB_POWER_OFF) == 0);
	return 0;
}
