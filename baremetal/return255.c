// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: exit=255
// return255 - all eight bits of a status get through

int main(void)
{
	return 255;
}
