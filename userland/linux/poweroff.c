// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: test=host
/*
 * poweroff - switch the computer off at once, without asking init
 *
 * Works as init itself, where BusyBox's poweroff has nobody to ask:
 *
 *	scripts/run --eval /poweroff.out
 */

#include <lkmc/check.h>
#include <sys/reboot.h>
#include <unistd.h>

int main(void)
{
	sync();
	CHECK(reboot(RB_POWER_OFF) == 0);
	return 0;
}
