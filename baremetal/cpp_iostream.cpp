// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: libc=newlib ldflags=-lstdc++
/*
 * cpp_iostream - the standard library of C++, where it was built for newlib
 *
 *	1 2 3
 *	out of range
 */

#include <algorithm>
#include <cassert>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

int main()
{
	std::vector<int> numbers{3, 1, 2};
	std::ostringstream text;

	std::sort(numbers.begin(), numbers.end());
	for (const int number : numbers)
		text << (text.str().empty() ? "" : " ") << number;
	std::cout << text.str() << std::endl;
	assert(text.str() == "1 2 3");
	try {
		numbers.at(3) = 4;
		assert(false);
	} catch (const std::out_of_range &) {
		std::cout << "out of range" << std::endl;
	}
	return 0;
}
