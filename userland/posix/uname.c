// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: needs=uname
/*
 * uname - what the kernel says about itself
 *
 *	# /uname.out
 *	sysname = Linux
 *	nodename = lkmc
 *	release = 6.18.7
 *	version = #1 SMP PREEMPT_DYNAMIC
 *	machine = aarch64
 */

#include <lkmc/check.h>
#include <sys/utsname.h>

#if defined(__x86_64__)
static const char machine[] = "x86_64";
#elif defined(__aarch64__)
static const char machine[] = "aarch64";
#elif defined(__arm__)
static const char machine[] = "arm";
#else
static const char machine[] = "";
#endif

int main(void)
{
	struct utsname name;

	CHECK(uname(&name) == 0);
	printf("sysname = %s\n", name.sysname);
	printf("nodename = %s\n", name.nodename);
	printf("release = %s\n", name.release);
	printf("version = %s\n", name.version);
	printf("machine = %s\n", name.machine);

	CHECK(strcmp(name.sysname, "Linux") == 0);
	/* A 64-bit kernel says what it is itself, but to setarch linux32. */
	CHECK(strncmp(name.machine, machine, strlen(machine)) == 0 ||
	      (sizeof(void *) == 4 && strstr(name.machine, "64")));
	return 0;
}
