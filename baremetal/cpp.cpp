// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: cflags=-fno-exceptions -fno-rtti
/*
 * cpp - C++: constructors before main, destructors after it, virtual functions,
 * new and delete
 *
 *	constructed
 *	square 49
 *	destroyed
 */

#include <assert.h>
#include <stdio.h>

namespace {

struct Shape {
	virtual ~Shape() = default;
	virtual int area() const = 0;
};

struct Square : Shape {
	explicit Square(int side) : side(side) {}
	int area() const override { return side * side; }
	int side;
};

struct Global {
	Global() : value(42) { puts("constructed"); }
	~Global() { puts("destroyed"); }
	int value;
} global;

} // namespace

int main()
{
	const Shape *const shape = new Square(7);

	assert(global.value == 42);
	printf("square %d\n", shape->area());
	assert(shape->area() == 49);
	delete shape;
	return 0;
}
