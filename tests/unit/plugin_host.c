// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Does to qemu_plugins what QEMU does, as far as they need it; what the guest does is said on standard input:
 *
 *	plugin_host PLUGIN ARGUMENT...
 *
 *	memory ADDRESS BYTES		the guest's memory, in hexadecimal digits
 *	register NAME VALUE
 *	block CPU ADDRESS LENGTH	execute a block of so many instructions, which is translated the first time
 *	flush				forget what was translated
 */
#include "api.h"

#include <assert.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 256
#define CPUS 2

struct qemu_plugin_insn { int unused; };
struct qemu_plugin_register { char name[16]; uint64_t value; };
struct qemu_plugin_scoreboard { size_t size; char *data; };
struct qemu_plugin_tb {
	uint64_t address;
	size_t length, callbacks;
	struct { qemu_plugin_vcpu_udata_cb_t call; enum qemu_plugin_cb_flags flags; void *data; } callback[4];
};

static struct { uint64_t address; size_t size; uint8_t bytes[MOST]; } memory[MOST];
static struct qemu_plugin_tb blocks[MOST];
static struct qemu_plugin_register registers[4];
static struct qemu_plugin_scoreboard board;
static size_t known_memory, known_blocks, known_registers;
static qemu_plugin_u64 counter;
static bool may_read;
static qemu_plugin_vcpu_tb_trans_cb_t translated;
static qemu_plugin_udata_cb_t at_exit;

char *g_array_free(GArray *array, int free_segment)
{
	assert(free_segment);
	free(array->data);
	free(array);
	return NULL;
}

GByteArray *g_byte_array_new(void)
{
	return calloc(1, sizeof(GByteArray));
}

GByteArray *g_byte_array_set_size(GByteArray *array, unsigned int length)
{
	array->data = realloc(array->data, length + 1);
	array->len = length;
	return array;
}

GArray *qemu_plugin_get_registers(void)
{
	GArray *array = calloc(1, sizeof(*array));
	qemu_plugin_reg_descriptor *one = calloc(known_registers, sizeof(*one));

	for (size_t i = 0; i < known_registers; i++)
		one[i] = (qemu_plugin_reg_descriptor){ &registers[i], registers[i].name, NULL };
	*array = (GArray){ (char *)one, known_registers };
	return array;
}

int qemu_plugin_read_register(struct qemu_plugin_register *handle, GByteArray *data)
{
	unsigned int before = data->len;

	assert(may_read);
	g_byte_array_set_size(data, before + 8);
	memcpy(data->data + before, &handle->value, 8);
	return 8;
}

bool qemu_plugin_read_memory_vaddr(uint64_t address, GByteArray *data, size_t length)
{
	assert(may_read);
	g_byte_array_set_size(data, length);
	for (size_t i = known_memory; length && i-- > 0;)
		if (address >= memory[i].address && address + length <= memory[i].address + memory[i].size) {
			memcpy(data->data, memory[i].bytes + (address - memory[i].address), length);
			return true;
		}
	return false;
}

void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, qemu_plugin_udata_cb_t cb, void *data)
{
	at_exit = cb;
}

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, qemu_plugin_vcpu_tb_trans_cb_t cb)
{
	translated = cb;
}

void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, qemu_plugin_vcpu_udata_cb_t cb,
					  enum qemu_plugin_cb_flags flags, void *data)
{
	tb->callback[tb->callbacks].call = cb;
	tb->callback[tb->callbacks].flags = flags;
	tb->callback[tb->callbacks++].data = data;
}

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb)
{
	return tb->length;
}

struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t number)
{
	static struct qemu_plugin_insn any;

	return &any;
}

uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb)
{
	return tb->address;
}

size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn)
{
	return 4;
}

struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t size)
{
	board = (struct qemu_plugin_scoreboard){ size, calloc(CPUS, size) };
	return &board;
}

void *qemu_plugin_scoreboard_find(struct qemu_plugin_scoreboard *score, unsigned int cpu)
{
	return score->data + cpu * score->size;
}

int qemu_plugin_num_vcpus(void)
{
	return CPUS;
}

void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(struct qemu_plugin_insn *insn, enum qemu_plugin_op op,
							 qemu_plugin_u64 where, uint64_t value)
{
	counter = where;
}

static void execute(unsigned int cpu, uint64_t address, size_t length)
{
	struct qemu_plugin_tb *tb = blocks;

	while (tb < blocks + known_blocks && (tb->address != address || tb->length != length))
		tb++;
	if (tb == blocks + known_blocks) {
		*tb = (struct qemu_plugin_tb){ address, length };
		known_blocks++;
		translated(0, tb);
	}
	for (size_t i = 0; i < tb->callbacks; i++) {
		may_read = tb->callback[i].flags == QEMU_PLUGIN_CB_R_REGS;
		tb->callback[i].call(cpu, tb->callback[i].data);
		may_read = false;
	}
	*(uint64_t *)((char *)qemu_plugin_scoreboard_find(counter.score, cpu) + counter.offset) += length;
}

static void set_register(const char *name, uint64_t value)
{
	size_t i = 0;

	while (i < known_registers && strcmp(registers[i].name, name))
		i++;
	known_registers += i == known_registers;
	strcpy(registers[i].name, name);
	registers[i].value = value;
}

static void set_memory(uint64_t address, const char *digits)
{
	memory[known_memory].address = address;
	for (; *digits; digits += 2)
		sscanf(digits, "%2hhx", &memory[known_memory].bytes[memory[known_memory].size++]);
	known_memory++;
}

int main(int argc, char **argv)
{
	void *plugin = dlopen(argv[1], RTLD_NOW);
	int (*install)(qemu_plugin_id_t, const qemu_info_t *, int, char **);
	qemu_info_t info = { .system_emulation = true, .system = { CPUS, CPUS } };
	char line[1024], text[512], what[16];
	uint64_t address, number;
	unsigned int cpu;

	if (!plugin) {
		fprintf(stderr, "%s\n", dlerror());
		return 1;
	}
	install = dlsym(plugin, "qemu_plugin_install");
	if (install(0, &info, argc - 2, argv + 2))
		return 1;
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "memory %" SCNx64 " %511s", &address, text) == 2)
			set_memory(address, text);
		else if (sscanf(line, "register %15s %" SCNx64, what, &number) == 2)
			set_register(what, number);
		else if (sscanf(line, "block %u %" SCNx64 " %" SCNx64, &cpu, &address, &number) == 3)
			execute(cpu, address, number);
		else if (!strcmp(line, "flush\n"))
			known_blocks = 0;
		else
			return 2;
	}
	at_exit(0, NULL);
	return 0;
}
