// SPDX-License-Identifier: GPL-2.0-or-later
// true - exit with status 0

int main(void)
{
	return 0;
}
