// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hello_cpp - the smallest C++ program that says something
 *
 *	# /hello_cpp.out
 *	hello cpp
 */

#include <iostream>

int main()
{
	std::cout << "hello cpp" << std::endl;
	return std::cout.good() ? 0 : 1;
}
