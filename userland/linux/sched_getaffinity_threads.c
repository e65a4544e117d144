// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: needs=threads ldflags=-pthread
/*
 * sched_getaffinity_threads - two threads that live at once, each on its CPU
 *
 * Thread 0 stays on CPU 0 and thread 1 on CPU 1, if there is one. A debugger
 * breaks in main_thread_0 or main_thread_1; the argument says how many rounds
 * there are (default 100, 0 = without end).
 *
 *	# /sched_getaffinity_threads.out
 *	thread 0: sched_getcpu = 0
 *	thread 1: sched_getcpu = 1
 */

#include <lkmc/check.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

static unsigned long rounds = 100;
static pthread_barrier_t both;

static void stay_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	CHECK(sched_setaffinity(0, sizeof(set), &set) == 0);
}

static void meet(void)
{
	const int status = pthread_barrier_wait(&both);

	CHECK(status == 0 || status == PTHREAD_BARRIER_SERIAL_THREAD);
}

/* Neither thread gets ahead of the other, so both live until the end. */
static void check_rounds(int cpu)
{
	for (unsigned long i = 0; rounds == 0 || i < rounds; i++) {
		CHECK(sched_getcpu() == cpu);
		meet();
	}
}

static void *main_thread_0(void *arg)
{
	(void)arg;
	stay_on(0);
	printf("thread 0: sched_getcpu = %d\n", sched_getcpu());
	check_rounds(0);
	return NULL;
}

static void *main_thread_1(void *arg)
{
	const int cpu = *(const int *)arg;

	stay_on(cpu);
	printf("thread 1: sched_getcpu = %d\n", sched_getcpu());
	check_rounds(cpu);
	return NULL;
}

int main(int argc, char **argv)
{
	int cpu = sysconf(_SC_NPROCESSORS_ONLN) > 1;
	pthread_t thread_0, thread_1;

	if (argc > 1)
		rounds = strtoul(argv[1], NULL, 0);
	CHECK(pthread_barrier_init(&both, NULL, 2) == 0);
	CHECK(pthread_create(&thread_0, NULL, main_thread_0, NULL) == 0);
	CHECK(pthread_create(&thread_1, NULL, main_thread_1, &cpu) == 0);
	CHECK(pthread_join(thread_0, NULL) == 0);
	CHECK(pthread_join(thread_1, NULL) == 0);
	return 0;
}
