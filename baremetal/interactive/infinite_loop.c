// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: exit=124 timeout=1
// infinite_loop - what ends only by scripts/run --timeout, or by Ctrl-A X

int main(void)
{
	for (volatile int i = 0;; i++)
		;
}
