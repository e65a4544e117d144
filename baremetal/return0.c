// SPDX-License-Identifier: GPL-2.0-or-later
// return0 - main's value is the status, as everywhere

int main(void)
{
	return 0;
}
