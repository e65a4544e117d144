// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: needs=affinity
/*
 * sched_getaffinity - on which CPUs a process may run, and on which it does
 *
 * It may run on all CPUs at first, unless taskset said otherwise, and is then
 * moved to CPU 0. With two of them:
 *
 *	# /sched_getaffinity.out
 *	sched_getaffinity = 1 1
 *	sched_getcpu = 1
 *	sched_getaffinity = 1 0
 *	sched_getcpu = 0
 */

#include <lkmc/check.h>
#include <sched.h>
#include <unistd.h>

static void print_affinity(long cpus)
{
	cpu_set_t set;
	int cpu = sched_getcpu();

	CHECK(cpu >= 0);
	CHECK(sched_getaffinity(0, sizeof(set), &set) == 0);
	CHECK(CPU_COUNT(&set) >= 1);
	printf("sched_getaffinity =");
	for (long i = 0; i < cpus; i++)
		printf(" %d", CPU_ISSET(i, &set) ? 1 : 0);
	printf("\nsched_getcpu = %d\n", cpu);
}

int main(void)
{
	const long cpus = sysconf(_SC_NPROCESSORS_CONF);
	cpu_set_t first, now;

	print_affinity(cpus);

	CPU_ZERO(&first);
	CPU_SET(0, &first);
	CHECK(sched_setaffinity(0, sizeof(first), &first) == 0);
	print_affinity(cpus);

	CHECK(sched_getaffinity(0, sizeof(now), &now) == 0);
	CHECK(CPU_EQUAL(&now, &first));
	CHECK(sched_getcpu() == 0);
	return 0;
}
