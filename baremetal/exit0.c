// SPDX-License-Identifier: GPL-2.0-or-later
// exit0 - end the emulator with status 0

#include <stdlib.h>

int main(void)
{
	exit(0);
}
