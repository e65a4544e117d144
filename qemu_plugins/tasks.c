// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which task each processor runs, and which files are where in its address space, read from the guest's registers and
 * memory whenever the kernel enters one of three functions of its own. Arguments of the plugin say where those are,
 * and what is where in the kernel's structs, in bytes; a function whose address is not said is not looked at:
 *
 *	switch_to	__switch_to(): the register `next` has the task that comes
 *	mapped		perf_event_mmap(vma): there is a new mapping
 *	unmapped	exit_mmap(mm): an address space goes, and another may come to lie where it lay
 *	first		the register that has a function's first argument
 *	word, user	the size of a pointer; where user space ends
 *
 * The names of the others are at the end of this file. With `thread_task`, `next` has a struct thread_info.
 *
 * An address space is new when the kernel's struct mm_struct is. One that a task comes with has been forked, and is as
 * its parent's was; one that is met by a mapping has been made for a program that begins.
 */
#include "tasks.h"

#if QEMU_PLUGIN_VERSION >= 4
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT64_MAX
#define DEEPEST 64	/* folders of a path */
#define LONGEST 4096	/* bytes of a path */

struct reg {
	const char *name;
	struct qemu_plugin_register *handle;
	bool known;
};

struct space {
	uint64_t mm;		/* where its struct mm_struct is, while there is one */
	uint32_t number;
};

static uint64_t word = 8, user, switch_to = NONE, mapped = NONE, unmapped = NONE;
static uint64_t thread_task = NONE, task_comm, task_pid, task_mm, task_parent;
static uint64_t area_start, area_end, area_page, area_mm, area_file;
static uint64_t file_dentry, dentry_parent, dentry_name, dentry_length;
static struct reg next, first;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;	/* of the address spaces */
static struct space *spaces;
static size_t alive, room;
static uint32_t numbered;

static __thread GByteArray *bytes;

static bool get(uint64_t address, void *to, size_t size)
{
	if (!bytes)
		bytes = g_byte_array_new();
	if (!qemu_plugin_read_memory_vaddr(address, bytes, size))
		return false;
	memcpy(to, bytes->data, size);
	return true;
}

/* The pointer at an address; 0 where none can be read. */
static uint64_t pointer(uint64_t address)
{
	uint64_t value = 0;

	return get(address, &value, word) ? value : 0;
}

static uint64_t read_register(struct reg *reg)
{
	uint64_t value = 0;

	if (!reg->known) {
		GArray *all = qemu_plugin_get_registers();
		const qemu_plugin_reg_descriptor *one = (void *)all->data;

		for (unsigned int i = 0; i < all->len; i++)
			if (!strcmp(one[i].name, reg->name)) {
				reg->handle = one[i].handle;
				reg->known = true;
			}
		g_array_free(all, true);
		if (!reg->known)
			return 0;
	}
	if (!bytes)
		bytes = g_byte_array_new();
	g_byte_array_set_size(bytes, 0);
	qemu_plugin_read_register(reg->handle, bytes);
	memcpy(&value, bytes->data, bytes->len < sizeof(value) ? bytes->len : sizeof(value));
	return value;
}

/* The number of an address space that is alive; 0 for another. */
static uint32_t number_of(uint64_t mm)
{
	for (size_t i = 0; i < alive; i++)
		if (spaces[i].mm == mm)
			return spaces[i].number;
	return 0;
}

/* The same, but another is new. task: whose it is, if it was forked; else 0. */
static uint32_t space_of(unsigned int cpu, uint64_t mm, uint64_t task)
{
	uint32_t told[2];	/* its number, that of the one that it was forked from */
	bool is_new;

	pthread_mutex_lock(&lock);
	told[0] = number_of(mm);
	is_new = !told[0];
	if (is_new) {
		if (alive == room) {
			room = 2 * room + 64;
			spaces = realloc(spaces, room * sizeof(*spaces));
			if (!spaces)
				abort();
		}
		told[0] = ++numbered;
		told[1] = task ? number_of(pointer(pointer(task + task_parent) + task_mm)) : 0;
		spaces[alive++] = (struct space){ mm, numbered };
	}
	pthread_mutex_unlock(&lock);
	if (is_new)
		tell(cpu, SPACE, told, sizeof(told));
	return told[0];
}

/* Say which task it is, unless that was said last. */
static void say_name(unsigned int cpu, struct current *now)
{
	__typeof__(now->name) name;
	size_t length;

	if (!get(now->task + task_pid, &name.pid, sizeof(name.pid)) ||
	    !get(now->task + task_comm, name.comm, sizeof(name.comm)))
		return;
	length = strnlen(name.comm, sizeof(name.comm));
	memset(name.comm + length, 0, sizeof(name.comm) - length);
	if (!memcmp(&name, &now->name, sizeof(name)))
		return;
	now->name = name;
	tell(cpu, TASK, &name, sizeof(name));
}

static void on_switch(unsigned int cpu, void *data)
{
	struct current *now = current_of(cpu);
	uint64_t task = read_register(&next), mm;

	if (thread_task != NONE)
		task = pointer(task + thread_task);
	if (!task)
		return;
	now->task = task;
	mm = pointer(task + task_mm);
	now->space = mm ? space_of(cpu, mm, task) : 0;
	say_name(cpu, now);
}

/* Write a file's path at the end of `path`; how long it is, 0 when it cannot be read. */
static size_t path_of(uint64_t dentry, char *path)
{
	size_t at = LONGEST;

	for (int i = 0; i < DEEPEST; i++) {
		uint64_t up = pointer(dentry + dentry_parent);
		uint32_t length;

		if (!up || up == dentry)
			break;
		if (!get(dentry + dentry_length, &length, sizeof(length)) || length >= at ||
		    !get(pointer(dentry + dentry_name), path + at - length, length))
			return 0;
		at -= length;
		path[--at] = '/';
		dentry = up;
	}
	return LONGEST - at;
}

static void on_mapping(unsigned int cpu, void *data)
{
	struct current *now = current_of(cpu);
	uint64_t area = read_register(&first), mm = pointer(area + area_mm), file;
	struct {
		uint32_t space, zero;
		uint64_t start, end, page;
		char path[LONGEST];
	} told;
	char path[LONGEST];
	size_t length;

	if (!mm)
		return;
	now->space = space_of(cpu, mm, 0);
	told.space = now->space;
	told.zero = 0;
	told.start = pointer(area + area_start);
	told.end = pointer(area + area_end);
	told.page = pointer(area + area_page);
	file = pointer(area + area_file);
	length = file ? path_of(pointer(file + file_dentry), path) : 0;
	memcpy(told.path, path + LONGEST - length, length);
	tell(cpu, MAP, &told, offsetof(__typeof__(told), path) + length);
	if (now->task)		/* a program that begins has given it another name */
		say_name(cpu, now);
}

static void on_end(unsigned int cpu, void *data)
{
	uint64_t mm = read_register(&first);

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < alive; i++)
		if (spaces[i].mm == mm)
			spaces[i] = spaces[--alive];
	pthread_mutex_unlock(&lock);
}

void tasks_translated(struct qemu_plugin_tb *tb)
{
	uint64_t address = qemu_plugin_tb_vaddr(tb);
	qemu_plugin_vcpu_udata_cb_t look = address == switch_to ? on_switch :
					   address == mapped ? on_mapping :
					   address == unmapped ? on_end : NULL;

	if (look)
		qemu_plugin_register_vcpu_tb_exec_cb(tb, look, QEMU_PLUGIN_CB_R_REGS, NULL);
}

bool tasks_user(uint64_t address)
{
	return address < user;
}

static const struct {
	const char *name;
	uint64_t *number;
	struct reg *reg;
} arguments[] = {
	{ "switch_to", &switch_to },
	{ "mapped", &mapped },
	{ "unmapped", &unmapped },
	{ "next", NULL, &next },
	{ "first", NULL, &first },
	{ "word", &word },
	{ "user", &user },
	{ "thread_task", &thread_task },
	{ "task_comm", &task_comm },
	{ "task_pid", &task_pid },
	{ "task_mm", &task_mm },
	{ "task_parent", &task_parent },
	{ "area_start", &area_start },
	{ "area_end", &area_end },
	{ "area_page", &area_page },
	{ "area_mm", &area_mm },
	{ "area_file", &area_file },
	{ "file_dentry", &file_dentry },
	{ "dentry_parent", &dentry_parent },
	{ "dentry_name", &dentry_name },
	{ "dentry_length", &dentry_length },
};

bool tasks_argument(const char *argument)
{
	for (size_t i = 0; i < sizeof(arguments) / sizeof(*arguments); i++) {
		size_t length = strlen(arguments[i].name);

		if (strncmp(argument, arguments[i].name, length) || argument[length] != '=')
			continue;
		if (arguments[i].reg)
			arguments[i].reg->name = argument + length + 1;
		else
			*arguments[i].number = strtoull(argument + length + 1, NULL, 0);
		return true;
	}
	return false;
}
#endif
