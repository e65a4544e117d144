// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: config=CONFIG_FORTIFY_SOURCE
/*
 * memcpy_overflow - copy more than fits, and be told so
 *
 * memcpy() writes 8 bytes over a member of 4. The next member of the same
 * struct takes the rest, so nothing else in the kernel is harmed:
 *
 *	# insmod /memcpy_overflow.ko
 *	memcpy: detected field-spanning write (size 8) of single field ...
 *	...
 *	memcpy_overflow next = efgh
 *
 * The warning comes from CONFIG_FORTIFY_SOURCE: the compiler knows the size of
 * the member, and what it cannot check while compiling, here the length, is
 * checked at run time. Such a write is let through with a warning, once per
 * insmod; one beyond the whole object would end as in strlen_overflow. With
 * size=4 all is well, and "memcpy_overflow next = ----".
 */

#include <linux/init.h>
#include <linux/module.h>
#include <linux/string.h>

struct memcpy_overflow {
	char target[4];
	char next[4];
};

static const char memcpy_overflow_source[] = "abcdefgh";

static unsigned int size = sizeof(struct memcpy_overflow);
module_param(size, uint, 0444);
MODULE_PARM_DESC(size, "number of bytes to copy, at most 8");

static int __init memcpy_overflow_init(void)
{
	struct memcpy_overflow victim = { .next = { '-', '-', '-', '-' } };

	if (size > sizeof(victim))
		return -EINVAL;
	if (!IS_ENABLED(CONFIG_FORTIFY_SOURCE))
		pr_info("memcpy_overflow without CONFIG_FORTIFY_SOURCE\n");
	memcpy(victim.target, memcpy_overflow_source, size);
	pr_info("memcpy_overflow next = %.*s\n", (int)sizeof(victim.next),
		victim.next);
	return 0;
}

static void __exit memcpy_overflow_exit(void)
{
}

module_init(memcpy_overflow_init);
module_exit(memcpy_overflow_exit);

MODULE_DESCRIPTION("Overflow a struct member in memcpy at insmod");
MODULE_LICENSE("GPL");
