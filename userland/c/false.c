// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: exit=1
// false - exit with status 1, so that one sees whether statuses get through

int main(void)
{
	return 1;
}
