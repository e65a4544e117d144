// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Write down every block of instructions that each processor of the guest executes, exactly: a block that an exception
 * leaves in its middle is written as what was executed of it.
 *
 *	-plugin blocks.so,trace=FILE[,sequence=off][,what tasks.c takes]
 *
 * The file begins with "LKMCBLK2". Then come pieces: 16 bits say their kind, 16 the processor, 32 how many bytes follow.
 *
 *	BLOCKS		per block, numbered from 0: its address (64 bits), its number of instructions (32 bits), the
 *			number of the address space that it was translated for (32 bits; 0 for the kernel's blocks and
 *			where none is known), and a byte for each instruction with its size, padded with zeros to a
 *			whole number of 32 bits
 *	SEQUENCE	what one processor executed: the number of a block in 32 bits, whose bit 31 means that in the
 *			next 32 bits is how many times it was executed in a row
 *	TIMES		with sequence=off: how many times each block was executed (64 bits each), for all processors
 *	TOTAL		how many instructions the processor executed (64 bits), as counted one by one
 *	TASK		the task that the processor runs from here on: its pid (32 bits), its name (16 bytes)
 *	SPACE		a new address space: its number, and that of the one that it was forked from, or 0 (32 bits
 *			each)
 *	MAP		a new mapping: the number of its address space (32 bits), 32 zero bits, where it begins and
 *			ends, which page of the file it begins with (64 bits each), and the path of the file as it is
 *			called in its mount, which is empty where there is none
 *
 * A block comes before the first piece that names it, and before a MAP if it was translated before. The last three are
 * there when arguments say how to find them; see tasks.c. The pieces of one processor are in the order in which things
 * happened. A block of user space may be executed in other address spaces, which have the same page of a file. Numbers
 * are in the order of the host's bytes, which QEMU's hosts have with the lowest first. Memory is needed for the different
 * blocks only, whatever the length of the run.
 */
#include "tasks.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

#define MAGIC "LKMCBLK2"
#define PROCESSORS 64
#define WORDS (1 << 15)
#define REPEATED (1u << 31)

struct block {
	struct block *next;	/* in the same bucket */
	uint64_t address;
	uint64_t times;		/* with sequence=off */
	uint32_t number;
	uint32_t length;	/* in instructions */
	uint32_t space;		/* of the addresses, in user space */
	uint8_t sizes[];
};

struct processor {
	uint64_t executed;	/* instructions, which the guest's code counts */
	uint64_t before;	/* the same when its block began */
	struct block *block;	/* which it is in */
	struct block *last;	/* executed but not yet in words */
	uint32_t repeated;
	uint32_t used;
	uint32_t *words;
	struct current current;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;	/* of the table, of new blocks, and of the file */
static struct block **table;
static size_t buckets = 1 << 12, known;
static uint8_t *new_blocks;
static size_t new_bytes, new_room;
static FILE *file;
static bool sequence = true;

#if QEMU_PLUGIN_VERSION >= 2
static struct qemu_plugin_scoreboard *processors;
#else
static struct processor processors[PROCESSORS];
#endif
static bool one_processor;

/* The processor whose block this thread executed last. */
static __thread unsigned int here __attribute__((tls_model("initial-exec")));

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static void *need(void *memory)
{
	if (!memory)
		fail("blocks");
	return memory;
}

static struct processor *processor(unsigned int cpu)
{
#if QEMU_PLUGIN_VERSION >= 2
	return qemu_plugin_scoreboard_find(processors, cpu);
#else
	return &processors[cpu];
#endif
}

/* How many processors there have been. */
static unsigned int started(void)
{
#if QEMU_PLUGIN_VERSION >= 2
	return qemu_plugin_num_vcpus();
#else
	return PROCESSORS;
#endif
}

static void write_piece(enum kind kind, unsigned int cpu, const void *data, size_t bytes)
{
	uint16_t head[2] = { kind, cpu };
	uint32_t length = bytes;

	if (fwrite(head, sizeof(head), 1, file) != 1 || fwrite(&length, sizeof(length), 1, file) != 1 ||
	    (bytes && fwrite(data, bytes, 1, file) != 1))
		fail("blocks: writing the trace");
}

static void write_new_blocks(void)
{
	if (new_bytes)
		write_piece(BLOCKS, 0, new_blocks, new_bytes);
	new_bytes = 0;
}

static void describe(const struct block *block)
{
	size_t padded = (block->length + 3) & ~3u, bytes = 16 + padded;
	uint8_t *at;

	if (new_bytes + bytes > new_room) {
		new_room = 2 * (new_room + bytes);
		new_blocks = need(realloc(new_blocks, new_room));
	}
	at = memset(new_blocks + new_bytes, 0, bytes);
	memcpy(at, &block->address, sizeof(block->address));
	memcpy(at + 8, &block->length, sizeof(block->length));
	memcpy(at + 12, &block->space, sizeof(block->space));
	memcpy(at + 16, block->sizes, block->length);
	new_bytes += bytes;
	if (new_bytes > WORDS)
		write_new_blocks();
}

static size_t bucket(uint64_t address, uint32_t length, uint32_t space)
{
	return ((address + space) * 0x9e3779b97f4a7c15u + length * 0xc2b2ae3d27d4eb4fu) >> 20 & (buckets - 1);
}

static void grow(void)
{
	struct block **old = table;
	size_t n = buckets;

	buckets *= 4;
	table = need(calloc(buckets, sizeof(*table)));
	for (size_t i = 0; i < n; i++)
		while (old[i]) {
			struct block *block = old[i];
			struct block **place = &table[bucket(block->address, block->length, block->space)];

			old[i] = block->next;
			block->next = *place;
			*place = block;
		}
	free(old);
}

/* The block with this address and these instructions, which may be new. */
static struct block *intern(uint64_t address, uint32_t length, uint32_t space, const uint8_t *sizes)
{
	struct block *block;

	pthread_mutex_lock(&lock);
	for (block = table[bucket(address, length, space)]; block; block = block->next)
		if (block->address == address && block->length == length && block->space == space &&
		    !memcmp(block->sizes, sizes, length))
			break;
	if (!block) {
		struct block **place;

		if (known == buckets)
			grow();
		place = &table[bucket(address, length, space)];
		block = need(calloc(1, sizeof(*block) + length));
		block->address = address;
		block->number = known++;
		block->length = length;
		block->space = space;
		memcpy(block->sizes, sizes, length);
		block->next = *place;
		*place = block;
		describe(block);
	}
	pthread_mutex_unlock(&lock);
	return block;
}

static void write_words(struct processor *it, unsigned int cpu)
{
	pthread_mutex_lock(&lock);
	write_new_blocks();
	write_piece(SEQUENCE, cpu, it->words, it->used * sizeof(*it->words));
	pthread_mutex_unlock(&lock);
	it->used = 0;
}

/* Put what was executed last into words. */
static void settle(struct processor *it, unsigned int cpu)
{
	if (!it->repeated)
		return;
	if (!it->words)
		it->words = need(malloc(WORDS * sizeof(*it->words)));
	it->words[it->used++] = it->last->number | (it->repeated > 1 ? REPEATED : 0);
	if (it->repeated > 1)
		it->words[it->used++] = it->repeated;
	it->repeated = 0;
	if (it->used > WORDS - 2)
		write_words(it, cpu);
}

/* Write a piece on what follows: what was executed before it comes first. */
void tell(unsigned int cpu, enum kind kind, const void *data, size_t bytes)
{
	struct processor *it = processor(cpu);

	settle(it, cpu);
	if (it->used)
		write_words(it, cpu);
	pthread_mutex_lock(&lock);
	write_new_blocks();
	write_piece(kind, cpu, data, bytes);
	pthread_mutex_unlock(&lock);
}

struct current *current_of(unsigned int cpu)
{
	return &processor(cpu)->current;
}

/* The processor has left the block that it was in. */
static void leave(struct processor *it, unsigned int cpu)
{
	struct block *block = it->block;
	uint32_t length = it->executed - it->before;

	if (!block || !length)
		return;
	if (length < block->length)
		block = intern(block->address, length, block->space, block->sizes);
	if (!sequence) {
		__atomic_fetch_add(&block->times, 1, __ATOMIC_RELAXED);
		return;
	}
	if (block != it->last || it->repeated == REPEATED - 1)
		settle(it, cpu);
	it->last = block;
	it->repeated++;
}

static void enter(unsigned int cpu, void *block)
{
	struct processor *it = processor(cpu);

	here = cpu;
	leave(it, cpu);
	it->block = block;
	it->before = it->executed;
}

#if QEMU_PLUGIN_VERSION >= 2
static void count(struct qemu_plugin_insn *insn)
{
	qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, QEMU_PLUGIN_INLINE_ADD_U64,
		qemu_plugin_scoreboard_u64_in_struct(processors, struct processor, executed), 1);
}
#else
static void count_one(unsigned int cpu, void *data)
{
	processors[cpu].executed++;
}

/* The counter of this interface is at one place for all processors. */
static void count(struct qemu_plugin_insn *insn)
{
	if (one_processor)
		qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, &processors[0].executed,
							   1);
	else
		qemu_plugin_register_vcpu_insn_exec_cb(insn, count_one, QEMU_PLUGIN_CB_NO_REGS, NULL);
}
#endif

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	size_t length = qemu_plugin_tb_n_insns(tb);
	uint64_t address = qemu_plugin_tb_vaddr(tb);
	uint32_t space = tasks_user(address) ? current_of(here)->space : 0;
	uint8_t sizes[length];

	for (size_t i = 0; i < length; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		sizes[i] = qemu_plugin_insn_size(insn);
		count(insn);
	}
	qemu_plugin_register_vcpu_tb_exec_cb(tb, enter, QEMU_PLUGIN_CB_NO_REGS,
					     intern(address, length, space, sizes));
	tasks_translated(tb);
}

static void write_times(void)
{
	uint64_t *times = need(calloc(known + 1, sizeof(*times)));

	for (size_t i = 0; i < buckets; i++)
		for (struct block *block = table[i]; block; block = block->next)
			times[block->number] = block->times;
	write_piece(TIMES, 0, times, known * sizeof(*times));
	free(times);
}

static void finish(qemu_plugin_id_t id, void *data)
{
	for (unsigned int cpu = 0; cpu < started(); cpu++) {
		struct processor *it = processor(cpu);

		if (!it->executed)
			continue;
		leave(it, cpu);
		it->block = NULL;
		settle(it, cpu);
		if (it->used)
			write_words(it, cpu);
		write_piece(TOTAL, cpu, &it->executed, sizeof(it->executed));
	}
	write_new_blocks();
	if (!sequence)
		write_times();
	if (fclose(file))
		fail("blocks: writing the trace");
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
	const char *path = NULL;

	for (int i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "trace=", 6))
			path = argv[i] + 6;
		else if (!strcmp(argv[i], "sequence=off"))
			sequence = false;
		else if (!tasks_argument(argv[i])) {
			fprintf(stderr, "blocks: no argument %s; there are trace=FILE, sequence=off and those of tasks.c\n",
				argv[i]);
			return -1;
		}
	}
	if (!path || !info->system_emulation || info->system.max_vcpus > PROCESSORS) {
		fprintf(stderr, "blocks: needs trace=FILE, and a machine of at most %d processors\n", PROCESSORS);
		return -1;
	}
	file = fopen(path, "wb");
	if (!file || fwrite(MAGIC, 8, 1, file) != 1) {
		perror(path);
		return -1;
	}
	table = need(calloc(buckets, sizeof(*table)));
	one_processor = info->system.max_vcpus == 1;
#if QEMU_PLUGIN_VERSION >= 2
	processors = qemu_plugin_scoreboard_new(sizeof(struct processor));
#endif
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, finish, NULL);
	return 0;
}
