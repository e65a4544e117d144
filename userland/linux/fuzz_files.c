// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: test=none
/*
 * fuzz_files - random system calls on files, and modules that come and go
 *
 *	/fuzz_files.out SEED CALLS FILE|MODULE.ko ...
 *
 * Four processes open, read, write, seek, map, poll and ioctl the files, each
 * CALLS times, with lengths, offsets, pointers and numbers that a careful
 * driver refuses, and a fifth removes the modules under their hands and loads
 * them again. What a call returns does not matter: the kernel has to survive
 * it without a report. The same SEED makes the same calls, though not in the
 * same order among the processes. /fuzz_files.sh runs it as a test.
 *
 * No call blocks: every file is opened with O_NONBLOCK.
 */

#include <fcntl.h>
#include <lkmc/anonymous_inode.h>
#include <lkmc/check.h>
#include <lkmc/ioctl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKERS 4
#define SLOTS 8			/* open files, and mappings, of a worker */
#define BUFFER 65536
#define GUARD (16 * 1024 * 1024)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct slot {
	int fd;			/* -1: none */
	bool device;		/* behind its mapping are registers */
};

struct mapping {
	char *start;		/* NULL: none */
	size_t len;
	bool store;
};

static uint64_t state;
static char **files, **modules;
static unsigned int file_count, module_count;
static struct slot slots[SLOTS];
static struct mapping mappings[SLOTS];
static char *buffer;		/* what follows it cannot be accessed */
static int ends[2];		/* of a pipe, to touch memory without a signal */

/* xorshift64* */
static uint32_t any(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * UINT64_C(2685821657736338717) >> 32;
}

static uint32_t below(uint32_t limit)
{
	return any() % limit;
}

static bool rarely(void)
{
	return below(16) == 0;
}

static size_t length(void)
{
	static const size_t lengths[] = {
		0, 1, 2, 3, 4, 5, 7, 8, 9, 24, 4095, 4096, 4097, BUFFER,
		INT_MAX, (size_t)INT_MAX + 1, SIZE_MAX / 2, SIZE_MAX,
	};

	return rarely() ? any() : lengths[below(COUNT(lengths))];
}

static off_t offset(void)
{
	static const off_t offsets[] = {
		0, 0, 0, 1, 2, 3, 4, 8, 0x20, 0x60, 0x80, 0x98, 0xa0, 4095,
		4096, 0x3ffff, 0x40000, 0x40ffe, 0x40fff, 0x41000, -1, -4096,
		INT_MAX, INT_MIN, LONG_MAX, LONG_MIN,
	};

	return rarely() ? (off_t)any() << 12 : offsets[below(COUNT(offsets))];
}

/* Mostly memory that may be accessed, if only its first bytes. */
static void *pointer(void)
{
	switch (below(16)) {
	case 0:
		return NULL;
	case 1:
		return (void *)(UINTPTR_MAX - below(GUARD));	/* the kernel's */
	case 2:
		return buffer + BUFFER - below(9);
	case 3:
		return buffer + below(8);
	default:
		return buffer;
	}
}

/* Text that is a number, text that is none, bytes. */
static void fill(void)
{
	static const char *const texts[] = {
		"0", "1\n", "-1", "4294967296", "0x", "1 2", "Y", "99999999999999999999", "",
	};
	uint32_t word = rarely() ? any() : below(4);
	unsigned int i;

	if (below(2)) {
		strcpy(buffer, texts[below(COUNT(texts))]);
		return;
	}
	for (i = 0; i < 64; i += sizeof(word)) {
		memcpy(buffer + i, &word, sizeof(word));
		word = any() >> below(32);
	}
}

static unsigned long ioctl_number(void)
{
	static const unsigned long numbers[] = {
		LKMC_ANONYMOUS_INODE_GET_FD, LKMC_IOCTL_INC, LKMC_IOCTL_INC_DEC,
		FIONREAD, FIONBIO, FIOASYNC, FIOCLEX, FIONCLEX, 0, UINT_MAX,
	};

	switch (below(8)) {
	case 0:
		return any();
	case 1:
		return _IOC(below(4), LKMC_IOCTL_MAGIC, below(32), below(16));
	default:
		return numbers[below(COUNT(numbers))];
	}
}

static void forget(struct slot *slot)
{
	if (slot->fd >= 0)
		close(slot->fd);
	slot->fd = -1;
}

static void open_file(struct slot *slot)
{
	static const int modes[] = { O_RDONLY, O_WRONLY, O_RDWR, O_RDWR, O_RDWR };
	static const int flags[] = { 0, 0, 0, O_TRUNC, O_APPEND, O_DIRECT, O_EXCL, O_PATH };
	const char *name = files[below(file_count)];

	forget(slot);
	slot->fd = open(name, modes[below(COUNT(modes))] | flags[below(COUNT(flags))] |
			O_NONBLOCK | O_CLOEXEC);
	slot->device = strncmp(name, "/dev/", 5) == 0;
}

static void control(struct slot *slot)
{
	unsigned long number = ioctl_number();
	unsigned long arg = below(2) ? any() : (unsigned long)pointer();
	int ret;

	fill();
	ret = ioctl(slot->fd, number, arg);
	fcntl(slot->fd, F_SETFL, O_NONBLOCK);		/* FIONBIO, FIOASYNC */
	if (number == LKMC_ANONYMOUS_INODE_GET_FD && ret > 2 && ret != ends[0] && ret != ends[1]) {
		struct slot *other = &slots[below(SLOTS)];

		fcntl(ret, F_SETFL, O_NONBLOCK);
		forget(other);
		*other = (struct slot){ .fd = ret };
	}
}

static void map(struct slot *slot, struct mapping *mapping)
{
	static const size_t lengths[] = { 0, 1, 4096, 4096, 4096, 4097, 8192, 1 << 20, SIZE_MAX };
	int prot = below(8);
	int flags = (const int[]){ MAP_SHARED, MAP_SHARED, MAP_PRIVATE, 0 }[below(4)];
	off_t off = below(4) ? 0 : offset() & ~4095L;
	void *start;

	if (mapping->start)
		munmap(mapping->start, mapping->len);
	mapping->start = NULL;
	mapping->len = lengths[below(COUNT(lengths))];
	start = mmap(NULL, mapping->len, prot, flags, slot->fd, off);
	if (start == MAP_FAILED)
		return;
	if (slot->device) {
		munmap(start, mapping->len);
		return;
	}
	mapping->start = start;
	mapping->store = prot & PROT_WRITE;
}

/* The kernel touches the memory for us: EFAULT instead of a signal. */
static void touch(struct mapping *mapping)
{
	char *where, byte = any();
	void *moved;

	if (!mapping->start)
		return;
	where = mapping->start + below(mapping->len);
	if (write(ends[1], where, 1) == 1)
		CHECK(read(ends[0], &byte, 1) == 1);
	if (mapping->store && write(ends[1], &byte, 1) == 1 && read(ends[0], where, 1) != 1)
		CHECK(read(ends[0], &byte, 1) == 1);
	if (rarely()) {
		moved = mremap(mapping->start, mapping->len, mapping->len + 4096, MREMAP_MAYMOVE);
		if (moved != MAP_FAILED) {
			mapping->start = moved;
			mapping->len += 4096;
		}
	}
}

static void call(void)
{
	struct slot *slot = &slots[below(SLOTS)];
	struct mapping *mapping = &mappings[below(SLOTS)];
	struct iovec vectors[] = { { pointer(), below(9) }, { pointer(), length() } };
	struct pollfd polled = { .fd = slot->fd, .events = any() };
	ssize_t ignored = 0;

	if (slot->fd < 0)
		open_file(slot);
	switch (below(14)) {
	case 0:
		open_file(slot);
		break;
	case 1:
		ignored = pread(slot->fd, pointer(), length(), offset());
		break;
	case 2:
	case 3:
		ignored = read(slot->fd, pointer(), length());
		break;
	case 4:
		fill();
		ignored = pwrite(slot->fd, pointer(), length(), offset());
		break;
	case 5:
	case 6:
		fill();
		ignored = write(slot->fd, pointer(), length());
		break;
	case 7:
		lseek(slot->fd, offset(), below(6));
		break;
	case 8:
	case 9:
		control(slot);
		break;
	case 10:
		map(slot, mapping);
		break;
	case 11:
		touch(mapping);
		break;
	case 12:
		ignored = below(2) ? readv(slot->fd, vectors, 2) : writev(slot->fd, vectors, 2);
		break;
	default:
		poll(&polled, 1, 0);
		ignored = ftruncate(slot->fd, offset());
		ignored += sendfile(slots[below(SLOTS)].fd, slot->fd, NULL, length());
		break;
	}
	(void)ignored;
}

static void reload(void)
{
	char *path = modules[below(module_count)];
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "%s", strrchr(path, '/') + 1);
	*strrchr(name, '.') = '\0';
	syscall(SYS_delete_module, name, O_NONBLOCK);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	CHECK(fd >= 0);
	syscall(SYS_finit_module, fd, "", 0);
	close(fd);
}

static void work(unsigned int number, unsigned long calls)
{
	unsigned int i;

	/* Any value but 0, and far from that of the neighbour. */
	state = (state + number + 1) * UINT64_C(0x9e3779b97f4a7c15) | 1;
	CHECK(pipe2(ends, O_NONBLOCK) == 0);
	for (i = 0; i < SLOTS; i++)
		slots[i].fd = -1;
	for (; calls; calls--)
		number == WORKERS ? reload() : call();
	exit(EXIT_SUCCESS);
}

int main(int argc, char **argv)
{
	unsigned long calls;
	int status, failed = 0;
	unsigned int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	CHECK(argc > 3);
	state = strtoull(argv[1], NULL, 0);
	calls = strtoul(argv[2], NULL, 0);
	files = calloc(argc, sizeof(*files));
	modules = calloc(argc, sizeof(*modules));
	CHECK(files && modules);
	for (argv += 3; *argv; argv++) {
		const char *dot = strrchr(*argv, '.');

		if (dot && !strcmp(dot, ".ko"))
			modules[module_count++] = *argv;
		else
			files[file_count++] = *argv;
	}
	CHECK(file_count > 0);
	buffer = mmap(NULL, BUFFER + GUARD, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(buffer != MAP_FAILED);
	CHECK(mprotect(buffer, BUFFER, PROT_READ | PROT_WRITE) == 0);

	for (i = 0; i < WORKERS + (module_count > 0); i++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (!pid)
			work(i, i == WORKERS ? calls / 100 : calls);
	}
	while (wait(&status) > 0) {
		if (status)
			fprintf(stderr, "a process ended with wait status 0x%x\n", status);
		failed |= status;
	}
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
