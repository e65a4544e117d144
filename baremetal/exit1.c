// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: exit=1
// exit1 - end the emulator with status 1

#include <stdlib.h>

int main(void)
{
	exit(1);
}
