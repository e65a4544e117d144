// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: test=host
/*
 * sleep_forever - do nothing, without end
 *
 * An init that does not panic the kernel by returning:
 *
 *	scripts/run --eval /sleep_forever.out
 */

#include <unistd.h>

int main(void)
{
	for (;;)
		pause();
}
