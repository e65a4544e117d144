// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cpp_exception - throw through a function, whose object is destroyed, and catch
 *
 *	cleaned up
 *	caught 42
 */

#include <assert.h>
#include <stdio.h>

namespace {

int cleaned;

struct Guard {
	~Guard()
	{
		puts("cleaned up");
		cleaned++;
	}
};

__attribute__((noinline)) void thrower(int number)
{
	const Guard guard;

	throw number;
}

} // namespace

int main()
{
	int caught = 0;

	try {
		thrower(42);
		assert(false);
	} catch (int number) {
		caught = number;
	}
	printf("caught %d\n", caught);
	assert(caught == 42 && cleaned == 1);
	return 0;
}
