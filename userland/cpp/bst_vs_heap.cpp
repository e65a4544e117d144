// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: cflags=-O3
/*
 * bst_vs_heap - what it costs to add an element to a tree and to a heap
 *
 * Random numbers go into a std::multiset (a balanced binary search tree) and
 * into a std::priority_queue (a binary heap). Each line is the size reached
 * and the mean nanoseconds per insertion since the line before. The heap's
 * stay the same, the tree's grow with its depth:
 *
 *	# /bst_vs_heap.out 4096
 *	size heap_ns bst_ns
 *	1024 21 85
 *	2048 19 110
 *	4096 19 131
 *
 * Both must give all elements back in order. The argument is the last size.
 * With m5 after it, in gem5 alone, the statistics of the last line are dumped:
 * those of the heap, then those of the tree (scripts/gem5-bench-bst-vs-heap).
 */

#include <lkmc/check.h>
#include <lkmc/m5ops.h>

#include <chrono>
#include <cstring>
#include <functional>
#include <queue>
#include <random>
#include <set>
#include <vector>

template <typename Insert>
static long long nanoseconds_per(std::size_t count, bool dump, Insert insert)
{
	if (dump)
		lkmc_m5_reset_stats(0, 0);
	const auto start = std::chrono::steady_clock::now();

	for (std::size_t i = 0; i < count; i++)
		insert(i);
	const auto end = std::chrono::steady_clock::now();

	if (dump)
		lkmc_m5_dump_stats(0, 0);
	return std::chrono::nanoseconds(end - start).count() / (long long)count;
}

int main(int argc, char **argv)
{
	const std::size_t last = argc > 1 ? std::strtoul(argv[1], NULL, 0) :
					    1 << 14;
	const bool m5 = argc > 2 && std::strcmp(argv[2], "m5") == 0;
	std::priority_queue<unsigned, std::vector<unsigned>,
			    std::greater<unsigned>> heap;
	std::multiset<unsigned> bst;
	std::mt19937 random;

	std::puts("size heap_ns bst_ns");
	for (std::size_t size = 1 << 10; size <= last; size *= 2) {
		std::vector<unsigned> fresh(size - bst.size());
		const bool dump = m5 && size > last / 2;

		for (auto &element : fresh)
			element = random();
		const auto heap_ns = nanoseconds_per(fresh.size(), dump,
			[&](std::size_t i) { heap.push(fresh[i]); });
		const auto bst_ns = nanoseconds_per(fresh.size(), dump,
			[&](std::size_t i) { bst.insert(fresh[i]); });

		std::printf("%zu %lld %lld\n", size, heap_ns, bst_ns);
	}

	CHECK(!bst.empty());
	CHECK(heap.size() == bst.size());
	for (const auto element : bst) {
		CHECK(heap.top() == element);
		heap.pop();
	}
	return 0;
}
