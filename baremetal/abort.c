// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: exit=134
// abort - as a shell says of a program that SIGABRT ended: 128 + 6

#include <stdlib.h>

int main(void)
{
	abort();
}
